package dev.dpros.inference;

import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.core.Clock;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import java.nio.ByteBuffer;

/** From noise to trajectories: one network evaluation and one scheduler step at a time. Confined to one thread. */
final class DenoisingLoop {
    private final PolicyConfig config;
    private final SchedulerConfig scheduler;
    private final DenoisingRule rule;
    private final InferenceLatency latency;

    DenoisingLoop(PolicyConfig config, SchedulerConfig scheduler, InferenceLatency latency) {
        this.config = config;
        this.scheduler = scheduler;
        this.rule = new DenoisingRule(scheduler);
        this.latency = latency;
    }

    SchedulerConfig scheduler() {
        return scheduler;
    }

    /**
     * Runs the loop.
     *
     * @param out {@code [B, T, A]}, receives the trajectories
     * @return network evaluations
     */
    int run(PolicyNetwork network, PolicyNetwork.Chunk chunk, PtNDArray condition, Sampling sampling, float[] out) {
        int batch = sampling.noise().size();
        int each = out.length / batch;
        float[] sample = out;
        float[] clean = new float[out.length];
        for (int b = 0; b < batch; b++) {
            sampling.noise().get(b).initial(sample, b * each, each);
        }
        PtNDArray embedding = network.embedding(rule.timesteps);
        ByteBuffer buffer = ConditioningEncoder.direct(out.length);
        Clock clock = latency.clock();
        int count = rule.timesteps.length;
        for (int i = sampling.firstStep(); i < count; i++) {
            long startNs = clock.monotonicNs();
            float[] output = evaluate(chunk, buffer, sample, batch, condition, embedding, i);
            rule.clean(i, output, sample, clean);
            boolean goOn = sampling.listener().onStep(i, count, rule.timesteps[i], clean);
            if (!goOn) {
                System.arraycopy(clean, 0, out, 0, out.length);
                return i + 1 - sampling.firstStep();
            }
            rule.step(i, output, clean, sample);
            latency.step().recordNs(clock.monotonicNs() - startNs);
        }
        return count - sampling.firstStep();
    }

    private float[] evaluate(PolicyNetwork.Chunk chunk, ByteBuffer buffer, float[] sample, int batch, PtNDArray condition,
            PtNDArray embedding, int index) {
        buffer.asFloatBuffer().put(sample);
        try (PtNDArray x = chunk.array(buffer, batch, config.horizon(), config.action().size());
                PtNDArray y = chunk.denoise(x, condition, embedding, index)) {
            return y.toFloatArray();
        }
    }
}
