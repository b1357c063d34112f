package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Named.named;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.diffusion.SchedulerConfig.Type;
import dev.dpros.diffusion.Timesteps;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An exported policy against the same policy in this process, in plain operators: chunk by chunk, normalised. */
@Tag("long")
class ServedPolicyTest {
    private static final double BAR = 1e-6;
    private static final int HORIZON = 8;
    private static final UnetConfig UNET = new UnetConfig(List.of(16, 32), 3, 8, 16, true);

    @TempDir
    Path directory;

    private static SchedulerConfig scheduler(Type type, int steps, PredictionType predicts, double eta) {
        return new SchedulerConfig(type, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02, predicts, true, 1,
                SchedulerConfig.Variance.FIXED_SMALL, true, 0, eta, steps);
    }

    private static SchedulerConfig flow(Type type, int steps) {
        return SchedulerConfig.flow(type, steps, 100, FlowConfig.DEFAULT);
    }

    private static PolicyDefinition policy(DenoiserConfig denoiser, TrajectoryConfig trajectory, SchedulerConfig scheduler) {
        List<FeatureSpec> inputs = List.of(FeatureSpec.of("pose", Kind.STATE, 4), FeatureSpec.of("force", Kind.STATE, 1));
        PolicyDefinition plain = TestPolicies.withWeights(new PolicyConfig(2, HORIZON, 4, inputs, FeatureSpec.of("action", Kind.ACTION, 3),
                denoiser, null, scheduler, trajectory));
        double none = Double.NaN;
        return new PolicyDefinition(plain.config(), calmed(plain.weights()), Map.of(
                "pose", new Normalizer(new double[] {1.7, 0.3, 2e8, -1}, new double[] {-0.4, 0.1, -1e8, 0.3}, new double[] {none, none, 0.5, none}),
                "action", new Normalizer(new double[] {0.01, 0.02, 0.03}, new double[] {0.1, 0, -0.2})), "test policy");
    }

    /** With an output as small as a trained network's changes from step to step: a random one blows rounding up. */
    private static Map<String, TensorData> calmed(Map<String, TensorData> weights) {
        Map<String, TensorData> calm = new HashMap<>(weights);
        for (String last : List.of("unet.final_conv.1.weight", "transformer.head.weight", "noise_predictor.output_proj.weight")) {
            calm.computeIfPresent(last, (name, tensor) -> {
                float[] values = new float[(int) tensor.count()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = 0.1f * tensor.bytes().getFloat(i * Float.BYTES);
                }
                return TensorData.of(values, tensor.shape().stream().mapToLong(Long::longValue).toArray());
            });
        }
        return calm;
    }

    private static TrajectoryConfig trajectory(Conditioning conditioning) {
        return new TrajectoryConfig(conditioning, false, true);
    }

    private static TransformerConfig transformer(int condLayers, boolean timeAsCond) {
        return new TransformerConfig(2, 4, 32, condLayers, true, timeAsCond, HORIZON + 2, 4, 0.1, 0.1);
    }

    static Stream<Named<PolicyDefinition>> schedulers() {
        List<Named<PolicyDefinition>> all = new ArrayList<>();
        Map.of(Type.DDPM, PredictionType.SAMPLE, Type.DDIM, PredictionType.V_PREDICTION, Type.DPM_SOLVER_PP, PredictionType.V_PREDICTION)
                .forEach((type, other) -> {
                    for (PredictionType predicts : List.of(PredictionType.EPSILON, other)) {
                        all.add(named(type + ", " + predicts, policy(UNET, TrajectoryConfig.DEFAULT, scheduler(type, 6, predicts, 0))));
                    }
                });
        all.add(named("DDPM, 100 steps", policy(UNET, TrajectoryConfig.DEFAULT, scheduler(Type.DDPM, 100, PredictionType.EPSILON, 0))));
        all.add(named("DDIM, eta 0.5", policy(UNET, TrajectoryConfig.DEFAULT, scheduler(Type.DDIM, 6, PredictionType.EPSILON, 0.5))));
        for (Type type : List.of(Type.EULER, Type.RK4)) {
            all.add(named(type + "", policy(UNET, TrajectoryConfig.DEFAULT, flow(type, 5))));
        }
        return all.stream();
    }

    static Stream<Named<PolicyDefinition>> networks() {
        SchedulerConfig ddim = scheduler(Type.DDIM, 5, PredictionType.EPSILON, 0);
        return Stream.of(
                named("UNet, local", policy(UNET, trajectory(Conditioning.LOCAL), ddim)),
                named("UNet, inpainting", policy(UNET, trajectory(Conditioning.INPAINTING), ddim)),
                named("UNet, action steps", policy(UNET, new TrajectoryConfig(Conditioning.GLOBAL, true, false), ddim)),
                named("transformer", policy(transformer(0, true), TrajectoryConfig.DEFAULT, ddim)),
                named("transformer, conditioning layers", policy(transformer(1, true), TrajectoryConfig.DEFAULT, ddim)),
                named("transformer, encoder only", policy(transformer(0, false), trajectory(Conditioning.INPAINTING), ddim)),
                named("diffusion transformer", policy(new DitConfig(32, 2, 4, 0, true, 16, true, 10_000, "a task"), TrajectoryConfig.DEFAULT, ddim)),
                named("diffusion transformer, flow", policy(new DitConfig(32, 2, 4, 0, false, 16, true, 10_000, null),
                        TrajectoryConfig.DEFAULT, flow(Type.RK4, 3))));
    }

    static Stream<Arguments> shipped() {
        return Stream.of(Arguments.of("models/pusht_image", Type.DDIM, 4), Arguments.of("models/pusht_keypoints", Type.DPM_SOLVER_PP, 8),
                Arguments.of("models/pusht_keypoints", Type.DDPM, 8));
    }

    /** A policy here, and as its export. */
    private record Both(PolicyDefinition definition, InferenceOptions options, SchedulerConfig sampler, ServedArchive there)
            implements AutoCloseable {
        SamplingTensors tensors(Sampling sampling) {
            return SamplingTensors.of(definition.config(), sampler, sampling);
        }

        /** By a policy that has not embedded other timesteps before: how many it embeds together changes the last bits. */
        Prediction here(ObservationBatch seen, Sampling sampling) {
            try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options)) {
                return policy.predictAction(seen, sampling);
            }
        }

        @Override
        public void close() {
            there.close();
        }
    }

    private Both both(PolicyDefinition definition, InferenceOptions options) throws IOException {
        return both(definition, options, Pictures.UINT8);
    }

    private Both both(PolicyDefinition definition, InferenceOptions options, Pictures pictures) throws IOException {
        PolicySignature signature = PolicySignature.of(definition, pictures);
        Path archive = directory.resolve("model.pt");
        try (OutputStream out = Files.newOutputStream(archive)) {
            ServedPolicy.write(definition, signature, Map.of(), out);
        }
        return new Both(definition, options, options.scheduler(definition.config().scheduler()), ServedArchive.load(archive, signature));
    }

    private static InferenceOptions plain() {
        return InferenceOptions.DEFAULT.withConvVariant(ConvVariant.CONV1D);
    }

    /** The largest error; a share of the largest value where that is above 1, as it can be without clipping. */
    private static double worst(double[] found, float[] expected) {
        assertEquals(expected.length, found.length);
        double worst = 0;
        double largest = 1;
        for (int i = 0; i < found.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
            assertTrue(Double.isFinite(found[i]), "value " + i);
        }
        return worst / largest;
    }

    /** What a camera of 8 bits and joints give, one of which never moved in training, but for its sensor's noise. */
    private static ObservationBatch seen(PolicyConfig config, int batch) {
        List<float[]> values = new ArrayList<>();
        for (FeatureSpec input : config.inputs()) {
            float[] some = Procedural.uniform("seen" + input.key(), batch * config.nObsSteps() * input.size(), 0, 1);
            for (int i = 0; i < some.length && input.kind() == Kind.VISUAL; i++) {
                some[i] = Math.round(255 * some[i]) / 255f;
            }
            for (int i = 2; i < some.length && input.key().equals("pose"); i += 4) {
                some[i] = 0.5f + 5e-5f * some[i];
            }
            values.add(some);
        }
        return new ObservationBatch(batch, values);
    }

    private static Sampling sampling(int batch) {
        return Sampling.of(IntStream.range(0, batch).mapToObj(NoiseSource::seeded).toList());
    }

    private static Tie tie(PolicyConfig config, int batch) {
        SplittableRandom random = new SplittableRandom(batch);
        double[] target = random.doubles((long) batch * config.denoisedSteps() * config.action().size(), -0.8, 0.8).map(x -> (float) x).toArray();
        double[] weights = new double[batch * config.denoisedSteps()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.max(0, 1 - i % config.denoisedSteps() / 5.0);
        }
        return new Tie(target, weights);
    }

    /** Plain, with real-time chunking, from a warm start, with fewer steps; of one robot and of three. */
    private static void compare(Both both, double bar) {
        PolicyConfig config = both.definition().config();
        for (int batch : List.of(1, 3)) {
            ObservationBatch seen = seen(config, batch);
            int fewer = Math.max(1, both.sampler().inferenceSteps() / 2);
            int[] warm = Timesteps.from(both.sampler(), 60, 3);
            for (Map.Entry<String, Sampling> each : Map.of("plain", sampling(batch),
                    "real-time chunking", new Sampling(sampling(batch).noise(), null, tie(config, batch), Sampling.NO_DEADLINE, StepListener.NONE),
                    "warm start", sampling(batch).visiting(warm),
                    "fewer steps", sampling(batch).visiting(Timesteps.of(both.sampler().withSampling(both.sampler().type(), fewer)))).entrySet()) {
                SamplingTensors tensors = both.tensors(each.getValue());
                Prediction here = both.here(seen, tensors.replay(each.getValue()));
                ServedArchive.Answer there = both.there().forward(config, seen, tensors);
                double off = worst(there.trajectory(), here.trajectory());
                assertTrue(off <= bar, each.getKey() + ", batch " + batch + ": off by " + off);
                assertEquals(here.denoisingSteps(), tensors.steps());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("schedulers")
    void shouldDrawWhatEachSchedulerDrawsHere(PolicyDefinition definition) throws IOException {
        try (Both both = both(definition, plain())) {
            compare(both, definition.config().scheduler().inferenceSteps() == 100 ? 1e-5 : BAR);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void shouldDrawWhatEachNetworkDrawsHere(PolicyDefinition definition) throws IOException {
        try (Both both = both(definition, plain())) {
            compare(both, BAR);
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void shouldDrawWhatShippedPoliciesDrawHere(String name, Type type, int steps) throws IOException {
        PolicyDefinition definition = PolicyReader.read(Path.of(name));
        InferenceOptions options = plain().withSampling(type, steps);
        try (Both both = both(definition, type == Type.DPM_SOLVER_PP ? options.withSpacing(SchedulerConfig.Spacing.LOG_SNR) : options)) {
            compare(both, BAR);
        }
    }

    /** Depth images have values that bytes do not hold. */
    @Test
    void shouldTakePicturesAsNumbersToo() throws IOException {
        PolicyDefinition definition = TestPolicies.camera(new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, null, null, true,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 8, 16, false, false, List.of(new VisionConfig.ConvLayer(5, 3, 1, 8, 4))));
        try (Both both = both(definition, plain(), Pictures.FLOAT32)) {
            ObservationBatch seen = TestPolicies.observations(definition.config(), "depth");
            SamplingTensors tensors = both.tensors(sampling(1));
            Prediction here = both.here(seen, tensors.replay(sampling(1)));
            assertEquals(0, worst(both.there().forward(definition.config(), seen, tensors).trajectory(), here.trajectory()), BAR);
        }
    }

    @Test
    void shouldStayNearTheFastLayouts() throws IOException {
        PolicyDefinition definition = PolicyReader.read(Path.of("models/pusht_image"));
        try (Both both = both(definition, InferenceOptions.DEFAULT.withConvVariant(ConvVariant.PACKED).withSampling(Type.DDIM, 4))) {
            compare(both, 1e-4);
        }
    }

    @Test
    void shouldGiveTheSameActionsForTheSameSeed() throws IOException {
        PolicyDefinition definition = policy(UNET, TrajectoryConfig.DEFAULT, scheduler(Type.DDPM, 10, PredictionType.EPSILON, 0));
        try (Both both = both(definition, plain())) {
            ObservationBatch seen = seen(definition.config(), 1);
            Prediction here = both.here(seen, Sampling.of(List.of(NoiseSource.seeded(4))));
            SamplingTensors tensors = both.tensors(Sampling.of(List.of(NoiseSource.seeded(4))));
            Prediction there = Prediction.of(definition, 1, new float[0], both.there().forward(definition.config(), seen, tensors).trajectory(),
                    tensors.steps());
            assertArrayEquals(here.actions(), there.actions(), 2e-4);
            assertEquals(here.actionSteps(), there.actionSteps());
        }
    }

    /** Robots of different observations, steps, ties and noise in one batch, as a server puts them together. */
    @Test
    void shouldNotLetOneRobotTouchAnother() throws IOException {
        PolicyDefinition definition = policy(UNET, trajectory(Conditioning.INPAINTING), scheduler(Type.DDIM, 5, PredictionType.EPSILON, 0));
        PolicyConfig config = definition.config();
        try (Both both = both(definition, plain())) {
            Sampling plain = Sampling.of(List.of(NoiseSource.seeded(1)));
            Sampling tied = new Sampling(List.of(NoiseSource.seeded(2)), Timesteps.from(both.sampler(), 60, 3), tie(config, 1),
                    Sampling.NO_DEADLINE, StepListener.NONE);
            SamplingTensors one = both.tensors(plain);
            SamplingTensors two = both.tensors(tied).filledTo(both.sampler(), one.steps());
            ObservationBatch seen = seen(config, 2);
            double[] together = both.there().forward(config, seen, joined(one, two)).trajectory();
            double[] twins = both.there().forward(config, row(seen, 0, 0), joined(one, one)).trajectory();
            int each = together.length / 2;
            assertArrayEquals(Arrays.copyOf(twins, each), Arrays.copyOf(together, each), "whoever is beside it");
            for (int b = 0; b < 2; b++) {
                Prediction alone = both.here(row(seen, b), b == 0 ? one.replay(plain) : two.replay(tied));
                double off = worst(Arrays.copyOfRange(together, b * each, (b + 1) * each), alone.trajectory());
                assertTrue(off <= 1e-5, "robot " + b + " off by " + off);
            }
        }
    }

    private static ObservationBatch row(ObservationBatch seen, int... rows) {
        List<float[]> values = new ArrayList<>();
        for (float[] all : seen.values()) {
            int each = all.length / seen.size();
            float[] some = new float[each * rows.length];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(all, rows[i] * each, some, i * each, each);
            }
            values.add(some);
        }
        return new ObservationBatch(rows.length, values);
    }

    private static SamplingTensors joined(SamplingTensors a, SamplingTensors b) {
        return new SamplingTensors(2, a.steps(), 1, joined(a.noise(), b.noise()), joined(a.variance(), b.variance()),
                joined(a.timesteps(), b.timesteps()), joined(a.coefs(), b.coefs()), joined(a.target(), b.target()), joined(a.weights(), b.weights()));
    }

    private static float[] joined(float[] a, float[] b) {
        float[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static double[] joined(double[] a, double[] b) {
        double[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    /** For a server that takes one number of steps. */
    @ParameterizedTest
    @EnumSource(value = Type.class, names = {"DDPM", "DPM_SOLVER_PP", "RK4"})
    void shouldStandStillInIdleSteps(Type type) throws IOException {
        PolicyDefinition definition = policy(UNET, TrajectoryConfig.DEFAULT, type.flow() ? flow(type, 3)
                : scheduler(type, 5, PredictionType.SAMPLE, 0));
        PolicyConfig config = definition.config();
        try (Both both = both(definition, plain())) {
            ObservationBatch seen = seen(config, 1);
            SamplingTensors exact = both.tensors(sampling(1));
            SamplingTensors filled = exact.filledTo(both.sampler(), exact.steps() + 3);
            // libtorch optimises the module after its first runs, and then rounds otherwise
            assertArrayEquals(both.there().forward(config, seen, exact).trajectory(), both.there().forward(config, seen, filled).trajectory(), 1e-6);
        }
    }

    @Test
    void shouldSayWhoAnswered() throws IOException {
        PolicyDefinition definition = TestPolicies.tiny();
        String hash = PolicyHash.of(definition);
        assertEquals(64, hash.length());
        try (Both both = both(definition, plain())) {
            int[] who = both.there().forward(definition.config(), seen(definition.config(), 2), both.tensors(sampling(2))).policy();
            assertArrayEquals(PolicyHash.ints(hash), Arrays.copyOf(who, 8));
            assertArrayEquals(PolicyHash.ints(hash), Arrays.copyOfRange(who, 8, 16));
        }
    }
}
