package dev.dpros.inference;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.Timesteps;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.ResizeFilter;
import org.jspecify.annotations.Nullable;

/**
 * How a policy is run; none of it changes what the policy is.
 *
 * @param device {@code cpu}, {@code cuda} (the first) or {@code cuda:N}
 * @param threads threads libtorch may use within one operator; one has the best tail latency on a busy machine
 * @param seed of the noise that is drawn when none is given
 * @param convVariant how the UNet's convolutions are computed, or null for what the precision asks for: with float32 the
 *     fastest one, by measurement
 * @param sampler noise scheduler, or null for the checkpoint's own
 * @param steps denoising steps, or 0 for the checkpoint's own
 * @param spacing which timesteps the steps visit
 * @param resize how images are resized
 * @param precision of the denoising network
 */
public record InferenceOptions(
        String device,
        int threads,
        long seed,
        ConvVariant convVariant,
        SchedulerConfig.Type sampler,
        int steps,
        SchedulerConfig.Spacing spacing,
        ResizeFilter resize,
        Precision precision) {
    private static final String STEPS = "sampler.steps";
    /** CPU, one thread, everything else as the checkpoint says. */
    public static final InferenceOptions DEFAULT =
            new InferenceOptions("cpu", 1, 0, null, null, 0, SchedulerConfig.Spacing.DIFFUSERS, ResizeFilter.AUTO,
                    Precision.FLOAT32);

    /** @throws InputException naming the option, its value and what is allowed */
    public InferenceOptions {
        if (!isDevice(device)) {
            throw InputException.of("device", "name", "cpu, cuda or cuda:N", device, "");
        }
        if (threads < 1 || threads > 1024) {
            throw InputException.of("sampler.threads", "number", "1 to 1024", String.valueOf(threads), "");
        }
        if (steps < 0) {
            throw InputException.of(STEPS, "number", "0 (the checkpoint's) or more", String.valueOf(steps), "");
        }
    }

    /** Whether this names a device, there or not. */
    public static boolean isDevice(String name) {
        return name.matches("cpu|cuda(:[0-9]{1,2})?");
    }

    /** The same, on another device. */
    public InferenceOptions withDevice(String newDevice) {
        return new InferenceOptions(newDevice, threads, seed, convVariant, sampler, steps, spacing, resize, precision);
    }

    /** The same, with another sampler and number of steps. */
    public InferenceOptions withSampling(SchedulerConfig.Type type, int newSteps) {
        return new InferenceOptions(device, threads, seed, convVariant, type, newSteps, spacing, resize, precision);
    }

    /** The same, with another seed. */
    public InferenceOptions withSeed(long newSeed) {
        return new InferenceOptions(device, threads, newSeed, convVariant, sampler, steps, spacing, resize, precision);
    }

    /** The same, with the convolutions computed in the given way, or measured if null. */
    public InferenceOptions withConvVariant(ConvVariant variant) {
        return new InferenceOptions(device, threads, seed, variant, sampler, steps, spacing, resize, precision);
    }

    /** The same, with another number of threads. */
    public InferenceOptions withThreads(int newThreads) {
        return new InferenceOptions(device, newThreads, seed, convVariant, sampler, steps, spacing, resize, precision);
    }

    /** The same, with the steps spaced another way. */
    public InferenceOptions withSpacing(SchedulerConfig.Spacing newSpacing) {
        return new InferenceOptions(device, threads, seed, convVariant, sampler, steps, newSpacing, resize, precision);
    }

    /** The same, in another precision. */
    public InferenceOptions withPrecision(Precision newPrecision) {
        return new InferenceOptions(device, threads, seed, convVariant, sampler, steps, spacing, resize, newPrecision);
    }

    /** How the network's layers are computed, or null for the fastest float32 way. */
    @Nullable ConvVariant variant() {
        return convVariant != null ? convVariant : PrecisionSupport.variant(precision);
    }

    /**
     * The scheduler to use with a network trained with {@code trained}.
     *
     * @throws InputException if it cannot take so many steps
     */
    public SchedulerConfig scheduler(SchedulerConfig trained) {
        int count = steps == 0 ? trained.inferenceSteps() : steps;
        if (count > trained.numTrainTimesteps()) {
            throw InputException.of(STEPS, "number", "at most the " + trained.numTrainTimesteps()
                    + " steps of training", String.valueOf(count), "");
        }
        try {
            SchedulerConfig chosen = trained.withSampling(sampler == null ? trained.type() : sampler, count).withSpacing(spacing);
            Timesteps.of(chosen);
            return chosen;
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage().startsWith("scheduler") ? "sampler." + e.getMessage() : STEPS + ": " + e.getMessage(), e);
        }
    }
}
