package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.core.ConstantElements;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.ConstantInputs;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.vector.Vectors;
import java.nio.ByteBuffer;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A diffusion policy ready to run: observations in, actions out, as the reference's {@code predict_action}.
 *
 * <p>The network is evaluated once per denoising step by libtorch, the loop and the scheduler's arithmetic are Java's, so
 * that a run can be steered or cut between two steps. All arrays of one prediction live in one scope that is closed at its
 * end. Confined to one thread, from the first prediction on; allocates a little per prediction.
 */
public final class DiffusionPolicy implements ChunkPolicy {
    private static final Logger LOG = LoggerFactory.getLogger(DiffusionPolicy.class);

    private final PolicyDefinition definition;
    private final PolicyConfig config;
    private final InferenceOptions options;
    private final Device device;
    private final InferenceLatency latency;
    private final ConditioningEncoder encoder;
    private final ReachableLayouts layouts;
    private ChunkLoop loop;
    private PolicyNetwork network;
    private boolean prepared;
    private Map<String, ConstantElements> unsaid;

    private DiffusionPolicy(PolicyDefinition definition, InferenceOptions options, InferenceLatency latency) {
        this.definition = definition;
        this.config = definition.config();
        this.options = PrecisionSupport.decided(definition, options);
        this.latency = latency;
        this.device = TorchRuntime.device(options.device());
        ConvVariant asked = this.options.variant();
        this.layouts = ReachableLayouts.on(device, asked != null && asked.packed() ? asked : ConvVariant.PACKED, definition);
        this.unsaid = ConstantInputs.of(definition);
        this.encoder = new ConditioningEncoder(definition);
        this.loop = ChunkLoop.of(config, options.scheduler(config.scheduler()), latency);
    }

    /** As {@link #load(PolicyDefinition, InferenceOptions, InferenceLatency)}, reporting no latencies. */
    public static DiffusionPolicy load(PolicyDefinition definition, InferenceOptions options) {
        return load(definition, options, InferenceLatency.unreported());
    }

    /**
     * Writes the network for libtorch and loads it. Call {@link #warmUp} before the first prediction that is in a hurry.
     *
     * @throws InputException if the weights do not fit the configuration, the device is not there, or
     *     libtorch cannot be loaded
     */
    public static DiffusionPolicy load(PolicyDefinition definition, InferenceOptions options, InferenceLatency latency) {
        DiffusionPolicy policy = new DiffusionPolicy(definition, options, latency);
        TorchRuntime.prepareThread(options.threads());
        policy.network = policy.loadNetwork(policy.options.variant() == null ? NetworkLayout.ORIGINAL : policy.unmeasured());
        policy.prepared = policy.options.variant() != null;
        return policy;
    }

    /** Whether this machine can compute a policy as the options say. */
    public static boolean possible(PolicyDefinition definition, InferenceOptions options) {
        return PrecisionSupport.possible(options) && (options.variant() != ConvVariant.VECTOR
                || ReachableLayouts.on(TorchRuntime.device(options.device()), ConvVariant.PACKED, definition).variants().contains(ConvVariant.VECTOR));
    }

    private PolicyNetwork loadNetwork(NetworkLayout layout) {
        return PolicyNetwork.load(definition, device, options.resize(), layouts, layout);
    }

    @Override
    public PolicyConfig config() {
        return config;
    }

    /** The sampler in use. */
    public SchedulerConfig scheduler() {
        return loop.sampler();
    }

    /** How the network is computed. */
    public NetworkLayout layout() {
        return network.layout();
    }

    /** In which precision the denoising network is computed. */
    public Precision precision() {
        return PrecisionSupport.of(layout().unet());
    }

    /** Changes the sampler and its number of steps from the next prediction on. */
    public void useSampler(SchedulerConfig.Type type, int steps) {
        SchedulerConfig next = options.withSampling(type, steps).scheduler(config.scheduler());
        loop = ChunkLoop.of(config, next, latency);
    }

    /**
     * From now on a camera's frame that was in one of the last windows is not encoded again; chunks do not depend on which ones were. On a
     * CPU; on a GPU nothing changes. For one robot's policy: it holds the frames.
     */
    public void reuseFrames() {
        if (!device.isGpu()) {
            encoder.reuseFrames();
        }
    }

    /**
     * Chooses how the network is computed, by measurement, unless the options name a variant; then runs everything three times, or a second
     * long if the JVM compiles it meanwhile.
     */
    @Override
    public void warmUp() {
        TorchRuntime.prepareThread(options.threads());
        if (!prepared && options.variant() == null) {
            use(LayoutChoice.fastest(network, config, latency.clock()));
        }
        prepare();
        boolean compiles = options.variant() != null && layout().compiled();
        long untilNs = LayoutChoice.COMPILING.monotonicNs() + (compiles ? LayoutChoice.COMPILED_NS : 0);
        ObservationWindow blank = new ObservationWindow(config.inputs(), config.nObsSteps());
        StepListener few = (index, count, timestep, x0hat) -> index < 3;
        for (int i = 0; i < 3 || LayoutChoice.COMPILING.monotonicNs() < untilNs; i++) {
            encoder.forget();
            predict(ObservationBatch.of(blank), Sampling.of(NoiseSource.seeded(i), few));
        }
    }

    /** Predicts from one window, with noise from the options' seed. */
    public Prediction predictAction(ObservationWindow window) {
        return predictAction(window, Sampling.of(NoiseSource.seeded(options.seed()), StepListener.NONE));
    }

    @Override
    public Prediction predictAction(ObservationWindow window, Sampling sampling) {
        return predictAction(ObservationBatch.of(window), sampling);
    }

    /**
     * Predicts for B environments at once, K chunks for each: as many as there are noise sources for one of them. Observations
     * are encoded once, whatever K. Chunk k of environment b is row {@code b * K + k} of the prediction. The first value that
     * is not the training data's constant is logged; the live node refuses it before ({@link dev.dpros.core.SourceHealth}).
     *
     * @throws IllegalArgumentException if the observations do not fit the features, or the number of noise sources is no
     *     multiple of B
     */
    public Prediction predictAction(ObservationBatch batch, Sampling sampling) {
        batch.check(config.inputs(), config.nObsSteps());
        String problem = ConstantInputs.problem(unsaid, config.inputs(), batch.values());
        if (problem != null) {
            unsaid = Map.of();
            LOG.warn("{}: {}: the actions are not those of the training data's robot (said once)", definition.source(), problem);
        }
        return predict(batch, sampling);
    }

    private Prediction predict(ObservationBatch batch, Sampling sampling) {
        int rows = sampling.noise().size();
        if (rows % batch.size() != 0) {
            throw new IllegalArgumentException("sampling: " + rows + " noise sources for a batch of " + batch.size());
        }
        prepare();
        long startNs = latency.clock().monotonicNs();
        try (PolicyNetwork.Chunk chunk = network.open()) {
            float[] conditioning = repeated(encoder.encode(chunk, batch), batch.size(), rows / batch.size());
            PtNDArray condition = condition(chunk, conditioning, rows);
            latency.encode().recordNs(latency.clock().monotonicNs() - startNs);
            ChunkLoop.Result result = loop.run(network, chunk, condition, conditioning, sampling);
            Prediction prediction = Prediction.of(definition, rows, conditioning, result.trajectory(), result.evaluations());
            latency.total().recordNs(latency.clock().monotonicNs() - startNs);
            return prediction;
        }
    }

    /**
     * The network's output alone, for a given conditioning vector and sample: to compare it with a reference.
     *
     * @param globalCond {@code [To * D]}
     * @param sample {@code [T, W]}; observations are put in if the policy is conditioned by inpainting; with IBC candidates {@code [N, Ta, A]}
     * @param time timestep, or the time of a flow
     * @return {@code [T, W]}; with IBC the negative energies {@code [N]}
     */
    public float[] evaluate(float[] globalCond, float[] sample, float time) {
        prepare();
        ByteBuffer x = ConditioningEncoder.direct(sample.length);
        double[] imposed = new double[sample.length];
        for (int i = 0; i < sample.length; i++) {
            imposed[i] = sample[i];
        }
        Inpainting.impose(config, globalCond, imposed);
        for (int i = 0; i < sample.length; i++) {
            x.putFloat(i * Float.BYTES, (float) imposed[i]);
        }
        try (PolicyNetwork.Chunk chunk = network.open()) {
            network.embed(time);
            PtNDArray condition = condition(chunk, globalCond, 1);
            long rows = sample.length / (config.denoisedSteps() * config.denoisedWidth());
            return chunk.denoise(x, condition, network.stepRow(time), rows, config.denoisedSteps(), config.denoisedWidth()).clone();
        }
    }

    private void prepare() {
        TorchRuntime.prepareThread(options.threads());
        if (!prepared) {
            use(unmeasured());
        }
    }

    /** What the options say, else what has been fastest on every machine seen so far. */
    private NetworkLayout unmeasured() {
        ConvVariant unet = options.variant() != null ? options.variant() : device.isGpu() ? ConvVariant.CONV1D : layouts.last();
        if (!layouts.variants().contains(unet)) {
            throw InputException.of("inference.conv_variant", "on " + options.device(), "one of " + layouts.variants(), unet.name(),
                    unet == ConvVariant.VECTOR && !Vectors.present() ? "that needs java --add-modules jdk.incubator.vector" : "");
        }
        return new NetworkLayout(unet, layouts.unmeasuredImages(unet));
    }

    private void use(NetworkLayout layout) {
        if (!network.layout().leadsTo(layout)) {
            network.close();
            network = loadNetwork(layout);
        }
        network.advanceTo(layout);
        encoder.forget();
        prepared = true;
    }

    /** Each of {@code rows} rows {@code times} times. */
    private static float[] repeated(float[] values, int rows, int times) {
        if (times == 1) {
            return values;
        }
        int width = values.length / rows;
        float[] out = new float[values.length * times];
        for (int i = 0; i < rows * times; i++) {
            System.arraycopy(values, i / times * width, out, i * width, width);
        }
        return out;
    }

    private PtNDArray condition(PolicyNetwork.Chunk chunk, float[] conditioning, int batch) {
        ByteBuffer buffer = ConditioningEncoder.direct(conditioning.length);
        buffer.asFloatBuffer().put(conditioning);
        try (PtNDArray observation = chunk.array(buffer, batch, config.globalConditioning())) {
            return chunk.condition(observation);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
