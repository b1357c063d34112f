package dev.dpros.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ChunkOrigin;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.ServedPolicy;
import dev.dpros.inference.StepListener;
import dev.dpros.inference.Tie;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.remote.RemoteOptions.Credentials;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shipped image policy through HTTP and the exported archive, and in this process: one seed, one chunk. */
@Timeout(300)
class RemoteParityTest {
    private static final double TOLERANCE = 1e-5;
    private static final long LONG_NS = 60_000_000_000L;

    @TempDir
    Path dir;

    @Test
    void shouldDrawTheChunkThatThisProcessWouldDraw() throws Exception {
        PolicyDefinition definition = PolicyReader.read(Path.of("models/pusht_image"));
        Path archive = dir.resolve("model.pt");
        try (OutputStream out = Files.newOutputStream(archive)) {
            ServedPolicy.write(definition, PolicySignature.of(definition, Pictures.UINT8), Map.of(), out);
        }
        try (PolicyServer http = new PolicyServer("policy", new LibtorchModel(definition, archive), 0);
                RemoteServer server = new RemoteServer(new RemoteOptions(RemoteOptions.address(http.url()), "policy", LONG_NS, false,
                        Credentials.NONE), definition);
                DiffusionPolicy here = DiffusionPolicy.load(definition, InferenceOptions.DEFAULT.withConvVariant(ConvVariant.CONV1D))) {
            SchedulerConfig[] sampler = {definition.config().scheduler().withSampling(SchedulerConfig.Type.DDIM, 4)};
            FallbackPolicy there = new FallbackPolicy(server, null, definition, () -> sampler[0], InferenceLatency.unreported(), new SystemClock());
            there.warmUp();
            for (SchedulerConfig.Type type : new SchedulerConfig.Type[] {SchedulerConfig.Type.DDIM, SchedulerConfig.Type.DDPM}) {
                sampler[0] = sampler[0].withSampling(type, 4);
                here.useSampler(type, 4);
                for (Tie tie : new Tie[] {null, tie(definition)}) {
                    Prediction local = here.predictAction(window(definition), sampling(tie));
                    Prediction remote = there.predictAction(window(definition), sampling(tie));
                    assertEquals(ChunkOrigin.REMOTE, remote.origin());
                    assertEquals(local.denoisingSteps(), remote.denoisingSteps());
                    assertArrayEquals(doubles(local.trajectory()), doubles(remote.trajectory()), TOLERANCE, type + (tie == null ? "" : ", tied"));
                }
            }
        }
    }

    private static Sampling sampling(Tie tie) {
        return new Sampling(List.of(NoiseSource.seeded(11)), null, tie, System.nanoTime() + LONG_NS, StepListener.NONE);
    }

    private static Tie tie(PolicyDefinition definition) {
        double[] target = new Random(3).doubles((long) definition.config().denoisedSteps() * definition.config().action().size(), -0.8, 0.8).toArray();
        double[] weights = new double[definition.config().denoisedSteps()];
        Arrays.fill(weights, 0, weights.length / 2, 0.75);
        return new Tie(target, weights);
    }

    /** Pictures as a camera of 8 bits gives them. */
    private static ObservationWindow window(PolicyDefinition definition) {
        ObservationWindow window = new ObservationWindow(definition.config().inputs(), definition.config().nObsSteps());
        Random random = new Random(7);
        for (int f = 0; f < window.features().size(); f++) {
            boolean picture = window.features().get(f).kind() == FeatureSpec.Kind.VISUAL;
            float[] values = window.values(f);
            for (int i = 0; i < values.length; i++) {
                values[i] = picture ? random.nextInt(256) / 255f : 100 + 300 * random.nextFloat();
            }
        }
        return window;
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
