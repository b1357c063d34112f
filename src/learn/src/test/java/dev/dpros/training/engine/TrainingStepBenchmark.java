package dev.dpros.training.engine;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.reference.Procedural;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Milliseconds per optimisation step: {@code main(batch, threads, FLOAT32|BFLOAT16, image|coordinates|state)}. */
public final class TrainingStepBenchmark {
    private TrainingStepBenchmark() {}

    public static void main(String[] args) {
        int b = Integer.parseInt(args[0]);
        int threads = Integer.parseInt(args[1]);
        Arithmetic arithmetic = Arithmetic.valueOf(args[2]);
        String kind = args[3];
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, null, List.of(84, 84), false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, false, false, List.of(new VisionConfig.ConvLayer(5, 2, 2, 16, 8),
                new VisionConfig.ConvLayer(3, 2, 1, 32, 8), new VisionConfig.ConvLayer(3, 1, 1, 32, 8),
                new VisionConfig.ConvLayer(3, 1, 1, 32, 8), new VisionConfig.ConvLayer(3, 1, 1, 32, 8)));
        if (kind.equals("resnet")) {
            vision = new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP, null, List.of(84, 84), false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 32, 64, true, false, List.of());
        }
        boolean state = kind.equals("state");
        PolicyConfig config = new PolicyConfig(2, 16, 8, state
                ? List.of(FeatureSpec.of("observation.state", Kind.STATE, 2), FeatureSpec.of("observation.environment_state", Kind.ENV, 18))
                : List.of(FeatureSpec.of("observation.state", Kind.STATE, 2), FeatureSpec.of("observation.image", Kind.VISUAL, 3, 84, 84)),
                FeatureSpec.of("action", Kind.ACTION, 2), new UnetConfig(List.of(64, 128, 256), 5, 8, 128, true), state ? null : vision,
                new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 2e-2,
                        SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 16));
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name, Procedural.weight(name, shape)));
        boolean coordinates = kind.equals("coordinates");
        ScriptModule script = TrainingScript.diffusion(new PolicyDefinition(config, weights, Map.of(), "benchmark"),
                label -> !coordinates || !label.startsWith("rgb_encoder.conv"), coordinates, arithmetic);
        List<TensorData> batch = List.of(random(b, 2, 2), state ? random(b, 2, 18) : coordinates ? random(b, 2, 64)
                : random(b, 2, 3, 84, 84), random(b, 16, 2), random(b, 16), random(b, 16, 2), random(b), random(b, 2));
        try (TrainingStep step = new TrainingStep(script, new TrainingState(script.trained(), false),
                OptimizerConfig.reference(1e-4), threads)) {
            for (int round = 0; round < 4; round++) {
                int n = kind.equals("resnet") ? 3 : 15;
                long best = Long.MAX_VALUE;
                long start = System.nanoTime();
                long startCpu = cpu();
                float loss = 0;
                for (int i = 0; i < n; i++) {
                    long one = cpu();
                    loss = step.step(batch, 1e-4, 1).loss();
                    best = Math.min(best, cpu() - one);
                }
                System.out.printf("%s batch %d, %d threads, %s: %.1f ms a step (cpu %.1f, best %.1f), loss %.4f%n", kind, b, threads, arithmetic,
                        (System.nanoTime() - start) / 1e6 / n, (cpu() - startCpu) / 1e6 / n, best / 1e6, loss);
            }
        }
    }

    private static long cpu() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static TensorData random(int... shape) {
        int count = 1;
        for (int d : shape) {
            count *= d;
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(count * 4).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(count);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i * 4, (float) random.nextDouble());
        }
        return new TensorData(TensorData.DType.F32, java.util.Arrays.stream(shape).mapToObj(Long::valueOf).toList(), bytes);
    }
}
