package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.torchscript.ResizeFilter;

/**
 * How chunks are sampled.
 *
 * @param scheduler noise scheduler, or {@code policy} for the one in the checkpoint
 * @param steps denoising steps, or 0 for the policy's own number
 * @param device {@code cpu} or {@code gpu}
 * @param threads intra-op threads
 * @param seed of the noise
 */
public record SamplerSection(Scheduler scheduler, int steps, Device device, int threads, long seed) {
    /** Names of schedulers in configuration files. */
    public enum Scheduler {
        /** As in the checkpoint. */ POLICY,
        /** Ho et al. 2020. */ DDPM,
        /** Song et al. 2021. */ DDIM,
        /** Lu et al. 2022. */ DPM_SOLVER_PP
    }

    /** Where the network runs. */
    public enum Device { /** The processor. */ CPU, /** The first CUDA device. */ GPU }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public SamplerSection {
        inRange("steps", steps, 0, 1000);
        inRange("threads", threads, 1, 64);
    }

    /** As the inference stage's options. */
    public InferenceOptions toOptions() {
        SchedulerConfig.Type type = scheduler == Scheduler.POLICY ? null : SchedulerConfig.Type.valueOf(scheduler.name());
        return new InferenceOptions(device == Device.GPU ? "cuda:0" : "cpu", threads, seed, null, type, steps,
                ResizeFilter.AUTO);
    }
}
