package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrefixWeights;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.GuideConfig;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.StepBudget;
import dev.dpros.inference.torchscript.ResizeFilter;

/**
 * How chunks are sampled.
 *
 * @param scheduler noise scheduler, or {@code policy} for the one in the checkpoint
 * @param steps denoising steps, or 0 for the policy's own number
 * @param spacing which timesteps the steps visit
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param precision of the denoising network
 * @param threads intra-op threads
 * @param seed of the noise
 * @param previousChunk how a chunk is tied to the one before, if {@code control.join.strategy} says so
 * @param anytime how the number of steps follows the deadline
 * @param remote a server that samples
 */
public record SamplerSection(
        Scheduler scheduler,
        int steps,
        SchedulerConfig.Spacing spacing,
        String device,
        Precision precision,
        int threads,
        long seed,
        PreviousChunk previousChunk,
        Anytime anytime,
        RemoteSection remote) {
    /** Names of schedulers in configuration files. */
    public enum Scheduler {
        /** As in the checkpoint. */ POLICY,
        /** Ho et al. 2020. */ DDPM,
        /** Song et al. 2021. */ DDIM,
        /** Lu et al. 2022. */ DPM_SOLVER_PP,
        /** Euler's method, for flow matching. */ EULER,
        /** The classical Runge-Kutta method, for flow matching. */ RK4
    }

    /** What is done with a run that is about to be late. */
    public enum WhenLate {
        /** Stop after the fewest steps and use the present estimate, however late. */ CUT,
        /** Give the chunk up if it has not had the fewest steps by its deadline. */ ABANDON
    }

    /**
     * How a chunk is tied to the one before.
     *
     * @param fall how real-time chunking lets go over the overlap
     * @param warmTimestep training timestep to which a warm start noises the chunk before, k0
     * @param warmSteps denoising steps from there
     */
    public record PreviousChunk(PrefixWeights.Fall fall, int warmTimestep, int warmSteps) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public PreviousChunk {
            inRange("warm_timestep", warmTimestep, 1, 999);
            inRange("warm_steps", warmSteps, 1, warmTimestep + 1);
        }
    }

    /**
     * How the number of steps follows the deadline.
     *
     * @param enabled whether it does
     * @param minSteps fewest denoising steps that still make a useful chunk
     * @param maxSteps most steps; the run takes no more than without a deadline
     * @param confidence quantile of the measured costs to plan with
     * @param whenLate what is done with a run that is about to be late
     */
    public record Anytime(boolean enabled, int minSteps, int maxSteps, double confidence, WhenLate whenLate) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Anytime {
            inRange("max_steps", maxSteps, 1, 1000);
            inRange("min_steps", minSteps, 1, maxSteps);
            inRange("confidence", confidence, 0.001, 0.9999);
        }
    }

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public SamplerSection {
        inRange("steps", steps, 0, 1000);
        if (!InferenceOptions.isDevice(device)) {
            throw new IllegalArgumentException("device: expected cpu, cuda or cuda:N, found '" + device + "'");
        }
        inRange("threads", threads, 1, 64);
    }

    /**
     * How chunks are drawn for a robot that does not wait; plain if neither the chunk before nor the deadline counts.
     *
     * @param conditioning what the join strategy makes of the chunk before
     * @param executionMarginNs time that a command takes to act
     */
    public GuideConfig toGuideConfig(GuideConfig.Conditioning conditioning, long executionMarginNs) {
        StepBudget.Config budget = !anytime.enabled ? null : new StepBudget.Config(anytime.minSteps, anytime.maxSteps,
                anytime.confidence, anytime.whenLate == WhenLate.ABANDON);
        return new GuideConfig(conditioning, previousChunk.fall, previousChunk.warmTimestep, previousChunk.warmSteps,
                executionMarginNs, budget, seed);
    }

    /** Whether this machine samples: by itself, or while a server does not answer. */
    public boolean here() {
        return !remote.enabled() || remote.fallback() == RemoteSection.Fallback.LOCAL;
    }

    /** As the inference stage's options. */
    public InferenceOptions toOptions() {
        SchedulerConfig.Type type = scheduler == Scheduler.POLICY ? null : SchedulerConfig.Type.valueOf(scheduler.name());
        return new InferenceOptions(device, threads, seed, null, type, steps,
                spacing, ResizeFilter.AUTO, precision);
    }
}
