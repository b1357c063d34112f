package dev.dpros.training;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchSource;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingState.Part;
import dev.dpros.training.engine.TrainingStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Trains a diffusion policy by the reference's loss (compute_loss): noise of a random timestep is added to the actions, and the
 * network learns to tell it. Step n is a function of data, configuration, seed and n alone: a training that is resumed goes on
 * as if it had never stopped. Confined to one thread.
 */
public final class DiffusionTrainer implements AutoCloseable {
    /**
     * What stays the same from step to step.
     *
     * @param optimizer AdamW and the weights' average
     * @param rate learning rate
     * @param microBatches batches whose gradients make one step
     * @param maskPadding whether actions beyond an episode's end count (LeRobot: do_mask_loss_for_padding)
     * @param seed of noise and timesteps
     * @param arithmetic of matrix products
     * @param threads of libtorch
     */
    public record Options(OptimizerConfig optimizer, LearningRate rate, int microBatches, boolean maskPadding, long seed,
            Arithmetic arithmetic, int threads) {}

    private final PolicyDefinition initial;
    private final Options options;
    private final BatchSource batches;
    private final AlphaSchedule alphas;
    private final TrainingState state;
    private final TrainingStep step;

    /** A training that has not begun. @param batches of the policy's features */
    public DiffusionTrainer(PolicyDefinition initial, BatchSource batches, Options options) {
        this.initial = initial;
        this.batches = batches;
        this.options = options;
        alphas = AlphaSchedule.of(initial.config().scheduler());
        ScriptModule script = TrainingScript.diffusion(croppedAlready(initial), name -> true, false, options.arithmetic());
        state = new TrainingState(script.trained(), options.microBatches() > 1);
        step = new TrainingStep(script, state, options.optimizer(), options.threads());
    }

    /** The same network for images that the loader has cropped, at random. */
    private static PolicyDefinition croppedAlready(PolicyDefinition policy) {
        PolicyConfig c = policy.config();
        VisionConfig v = c.vision();
        if (v == null || v.cropShape() == null) {
            return policy;
        }
        if (v.resizeShape() != null) {
            throw InputException.of("policy", "resize_shape with crop_shape", "one of them", "both", "resize the data instead");
        }
        List<FeatureSpec> inputs = c.inputs().stream().map(input -> input.kind() != FeatureSpec.Kind.VISUAL ? input
                : FeatureSpec.of(input.key(), input.kind(), input.shape().get(0), v.cropShape().get(0), v.cropShape().get(1))).toList();
        VisionConfig whole = new VisionConfig(v.backbone(), v.norm(), null, null, v.separatePerCamera(), v.pool(), v.numKeypoints(),
                v.featureDim(), v.outActivation(), v.imagenetNormalize(), v.conv());
        return new PolicyDefinition(new PolicyConfig(c.nObsSteps(), c.horizon(), c.nActionSteps(), inputs, c.action(), c.unet(),
                whole, c.scheduler()), policy.weights(), policy.normalizers(), policy.source());
    }

    /** Weights, moments, average, steps done; to be saved and restored. */
    public TrainingState state() {
        return state;
    }

    /** Goes on after {@link TrainingState#steps} steps. */
    public void resume() {
        batches.restore(state.steps() * options.microBatches());
    }

    /** Learning rate of the next step. */
    public double learningRate() {
        return options.rate().at(state.steps());
    }

    /** One optimisation step; its loss, over all micro-batches. */
    public float step() {
        double share = 1.0 / options.microBatches();
        double loss = 0;
        double rate = learningRate();
        for (int i = 1; i < options.microBatches(); i++) {
            loss += share * step.accumulate(inputs(batches.next(), random(batches.position())), share);
        }
        return (float) (loss + share * step.step(inputs(batches.next(), random(batches.position())), rate, share).loss());
    }

    /** The loss of the averaged weights over batches of held-out windows, with the same noise each time. */
    public double validate(List<Batch> held) {
        double sum = 0;
        long windows = 0;
        for (int i = 0; i < held.size(); i++) {
            sum += (double) step.loss(inputs(held.get(i), random(-1 - i)), true) * held.get(i).size();
            windows += held.get(i).size();
        }
        return sum / windows;
    }

    /** Of batch n; neighbouring seeds share nothing. */
    private SplittableRandom random(long n) {
        return new SplittableRandom(new SplittableRandom(options.seed()).nextLong() + n);
    }

    /** The loss's inputs: observations, actions, mask, noise, timesteps and their rates. */
    private List<TensorData> inputs(Batch batch, SplittableRandom random) {
        PolicyConfig config = initial.config();
        List<TensorData> x = new ArrayList<>(batch.inputs().values());
        x.add(batch.action());
        int b = batch.size();
        x.add(options.maskPadding() ? batch.mask() : ones(b, config.horizon()));
        ByteBuffer noise = floats(b * config.horizon() * config.action().size());
        while (noise.hasRemaining()) {
            noise.putFloat((float) random.nextGaussian());
        }
        ByteBuffer timesteps = floats(b);
        ByteBuffer rates = floats(2 * b);
        for (int i = 0; i < b; i++) {
            int timestep = random.nextInt(alphas.size());
            timesteps.putFloat(timestep);
            rates.putFloat(alphas.signalRate(timestep)).putFloat(alphas.noiseRate(timestep));
        }
        x.add(tensor(noise, b, config.horizon(), config.action().size()));
        x.add(tensor(timesteps, b));
        x.add(tensor(rates, b, 2));
        return x;
    }

    private static TensorData ones(long b, long steps) {
        ByteBuffer ones = floats((int) (b * steps));
        while (ones.hasRemaining()) {
            ones.putFloat(1);
        }
        return tensor(ones, b, steps);
    }

    private static TensorData tensor(ByteBuffer values, long... shape) {
        return new TensorData(TensorData.DType.F32, java.util.Arrays.stream(shape).boxed().toList(), values.flip());
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The policy with the weights' average: what is evaluated and kept. */
    public PolicyDefinition averaged() {
        Map<String, TensorData> weights = new java.util.LinkedHashMap<>(initial.weights());
        weights.putAll(state.read(Part.AVERAGE));
        return new PolicyDefinition(initial.config(), weights, initial.normalizers(), "training, step " + state.steps());
    }

    /** Frees native memory and ends the loading threads. */
    @Override
    public void close() {
        step.close();
        batches.close();
    }
}
