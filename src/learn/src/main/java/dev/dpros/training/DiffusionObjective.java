package dev.dpros.training;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * The reference's loss (diffusion_unet_hybrid_image_policy.py, compute_loss): noise of a random timestep is added to the
 * actions, and the network learns to tell it. As {@link Kind#REGRESSION} nothing of the actions is left in the noise, so
 * that the network learns their mean given the observations: an explicit policy of the same size, which the same sampler
 * runs in one step. With flow matching, the network learns the velocity at a random time.
 */
public final class DiffusionObjective implements Objective {
    private final PolicyConfig config;
    private final BatchMemory memory = new BatchMemory();
    private final AlphaSchedule alphas;
    private final Options options;

    /** What is learnt. */
    public enum Kind {
        /** To denoise. */ DENOISING,
        /** The mean. */ REGRESSION
    }

    /**
     * How.
     *
     * @param maskPadding whether actions beyond an episode's end are left out: the loss is the mean over the others (LeRobot:
     *     do_mask_loss_for_padding)
     * @param coordinates whether batches hold spatial-softmax coordinates in place of images
     * @param arithmetic of matrix products
     * @param perturbation more noise, in parts of the noise, in what the network sees than in what it is to tell (UMI: input_pertub;
     *     Ning et al. 2023)
     */
    public record Options(Kind kind, boolean maskPadding, boolean coordinates, Arithmetic arithmetic, double perturbation) {
        /** Without perturbation. */
        public Options(Kind kind, boolean maskPadding, boolean coordinates, Arithmetic arithmetic) {
            this(kind, maskPadding, coordinates, arithmetic, 0);
        }
    }

    /**
     * An objective for this architecture.
     *
     * @throws InputException if it is a regression of what one step of the policy's sampler does not give
     */
    public DiffusionObjective(PolicyConfig config, Options options) {
        SchedulerConfig scheduler = config.scheduler();
        if (options.kind() == Kind.REGRESSION
                && (scheduler.predictionType() != SchedulerConfig.PredictionType.SAMPLE || scheduler.numTrainTimesteps() != 1)) {
            throw InputException.of("policy", "prediction_type, num_train_timesteps", "sample, 1 with objective regression",
                    scheduler.predictionType().name().toLowerCase(Locale.ROOT) + ", " + scheduler.numTrainTimesteps(), "");
        }
        this.config = config;
        this.options = options;
        alphas = AlphaSchedule.of(scheduler);
    }

    @Override
    public ScriptModule script(PolicyDefinition initial, Predicate<String> learns) {
        PolicyDefinition policy = options.coordinates() ? initial : croppedAlready(initial);
        return TrainingScript.diffusion(policy, learns, options.coordinates(), options.arithmetic(), options.perturbation() > 0);
    }

    /** The same network for images that the loader has cropped, at random. */
    public static PolicyDefinition croppedAlready(PolicyDefinition policy) {
        PolicyConfig c = policy.config();
        VisionConfig v = c.vision();
        if (v == null || v.cropShape() == null || v.resizeShape() != null) {
            return policy;
        }
        List<FeatureSpec> inputs = c.inputs().stream().map(input -> input.kind() != FeatureSpec.Kind.VISUAL ? input
                : FeatureSpec.of(input.key(), input.kind(), input.shape().get(0), v.cropShape().get(0), v.cropShape().get(1))).toList();
        return new PolicyDefinition(c.with(inputs, v.ofWholeImages()), policy.weights(), policy.normalizers(), policy.source());
    }

    /** Observations, actions, mask, noise, timesteps and their rates; and the noise that is added, if it is another. */
    @Override
    public List<TensorData> inputs(Batch batch, SplittableRandom random) {
        List<TensorData> x = new ArrayList<>(batch.inputs().values());
        x.add(batch.action());
        int b = batch.size();
        x.add(options.maskPadding() ? weighted(batch.mask()) : ones(b, config.horizon()));
        ByteBuffer noise = memory.floats("noise", (long) b * config.denoisedSteps() * config.denoisedWidth());
        while (noise.hasRemaining()) {
            noise.putFloat((float) random.nextGaussian());
        }
        ByteBuffer timesteps = memory.floats("timesteps", b);
        ByteBuffer rates = memory.floats("rates", 2L * b);
        boolean nothingLeft = options.kind() == Kind.REGRESSION;
        for (int i = 0; i < b; i++) {
            if (config.scheduler().flow() != null) {
                double time = FlowTimes.draw(config.scheduler().flow(), random);
                timesteps.putFloat((float) time);
                rates.putFloat((float) time).putFloat((float) config.scheduler().flow().noiseRate(time));
                continue;
            }
            int timestep = random.nextInt(alphas.size());
            timesteps.putFloat(timestep);
            rates.putFloat(nothingLeft ? 0 : alphas.signalRate(timestep)).putFloat(nothingLeft ? 1 : alphas.noiseRate(timestep));
        }
        x.add(tensor(noise, b, config.denoisedSteps(), config.denoisedWidth()));
        x.add(tensor(timesteps, b));
        x.add(tensor(rates, b, 2));
        if (options.perturbation() > 0) {
            x.add(perturbed(x.get(x.size() - 3), random));
        }
        return x;
    }

    private TensorData perturbed(TensorData noise, SplittableRandom random) {
        ByteBuffer in = noise.bytes();
        ByteBuffer out = memory.floats("perturbed", noise.count());
        while (out.hasRemaining()) {
            out.putFloat((float) (in.getFloat(out.position()) + options.perturbation() * random.nextGaussian()));
        }
        return new TensorData(TensorData.DType.F32, noise.shape(), out.flip());
    }

    /** A mask whose mean over the denoised steps is 1: the mean of the masked errors is then that of those which count. */
    private TensorData weighted(TensorData mask) {
        int rows = mask.shape().get(0).intValue();
        int first = config.firstDenoisedStep();
        int steps = config.denoisedSteps();
        ByteBuffer in = mask.bytes();
        double count = 0;
        for (int i = 0; i < rows * steps; i++) {
            count += in.getFloat((i / steps * config.horizon() + first + i % steps) * Float.BYTES);
        }
        ByteBuffer out = memory.floats("mask", (long) rows * config.horizon());
        float factor = (float) (rows * steps / Math.max(1, count));
        while (out.hasRemaining()) {
            out.putFloat(in.getFloat(out.position()) * factor);
        }
        return tensor(out, rows, config.horizon());
    }

    private TensorData ones(long b, long steps) {
        ByteBuffer ones = memory.floats("mask", b * steps);
        while (ones.hasRemaining()) {
            ones.putFloat(1);
        }
        return tensor(ones, b, steps);
    }

    private static TensorData tensor(ByteBuffer values, long... shape) {
        return new TensorData(TensorData.DType.F32, Arrays.stream(shape).boxed().toList(), values.flip());
    }
}
