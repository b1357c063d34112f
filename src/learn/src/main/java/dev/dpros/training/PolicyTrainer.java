package dev.dpros.training;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.WeightLayout;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchSource;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingState.Part;
import dev.dpros.training.engine.TrainingStep;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Trains a policy towards an {@link Objective}. Step n is a function of data, configuration, seed and n alone: a training that
 * is resumed goes on as if it had never stopped. Confined to one thread.
 */
public final class PolicyTrainer implements AutoCloseable {
    /**
     * What stays the same from step to step.
     *
     * @param optimizer AdamW and the weights' average
     * @param rate learning rate
     * @param learns which tensors are trained, by name
     * @param microBatches batches whose gradients make one step
     * @param seed of noise and timesteps
     * @param threads of libtorch
     */
    public record Options(OptimizerConfig optimizer, LearningRate rate, Predicate<String> learns, int microBatches, long seed,
            int threads) {}

    /** Without what is trained. */
    private final PolicyDefinition fixed;
    private final Objective objective;
    private final Options options;
    private final BatchSource batches;
    private final TrainingState state;
    private final TrainingStep step;

    /** A training that has not begun. @param batches as the objective takes them */
    public PolicyTrainer(PolicyDefinition initial, Objective objective, BatchSource batches, Options options) {
        this.objective = objective;
        this.batches = batches;
        this.options = options;
        ScriptModule script = objective.script(initial, options.learns());
        state = new TrainingState(script, options.microBatches() > 1);
        step = new TrainingStep(script, state, options.optimizer(), options.threads());
        fixed = without(state.tensors(), initial);
    }

    /** The rest of a policy: the values that trained tensors began with are not to be kept. */
    private static PolicyDefinition without(List<WeightLayout> trained, PolicyDefinition policy) {
        Map<String, TensorData> weights = new LinkedHashMap<>(policy.weights());
        trained.forEach(tensor -> weights.remove(tensor.name()));
        return new PolicyDefinition(policy.config(), weights, policy.normalizers(), policy.source());
    }

    /** Weights, moments, average, steps done; to be saved and restored. */
    public TrainingState state() {
        return state;
    }

    /**
     * What a training cannot go on without: all that it does not learn, and how many batches the data make. Reads that once; equal if it
     * is the same in another process.
     */
    public String origin() {
        return PolicyHash.ofContents(fixed) + " " + batches.batchesPerEpoch();
    }

    /** Batches in one pass over the data. */
    public long batchesPerEpoch() {
        return batches.batchesPerEpoch();
    }

    /** Goes on after {@link TrainingState#steps} steps. */
    public void resume() {
        batches.restore(state.steps() * options.microBatches());
    }

    /** Learning rate of the next step. */
    public double learningRate() {
        return options.rate().at(state.steps());
    }

    /** One optimisation step; its loss, over all micro-batches, or no finite number if its gradient has made the weights such. */
    public float step() {
        double share = 1.0 / options.microBatches();
        double loss = 0;
        double rate = learningRate();
        for (int i = 1; i < options.microBatches(); i++) {
            loss += share * step.accumulate(next(), share);
        }
        TrainingStep.Result last = step.step(next(), rate, share);
        return Float.isFinite(last.gradientNorm()) ? (float) (loss + share * last.loss()) : last.gradientNorm();
    }

    /** The next batch's tensors; what the network leaves out at random follows from the seed and the batch's number, too. */
    private List<TensorData> next() {
        Batch batch = batches.next();
        SplittableRandom random = random(batches.position());
        List<TensorData> inputs = objective.inputs(batch, random);
        step.seed(random.nextLong());
        return inputs;
    }

    /** The loss of the averaged weights over batches of held-out windows, with the same noise each time. */
    public double validate(List<Batch> held) {
        double sum = 0;
        long windows = 0;
        for (int i = 0; i < held.size(); i++) {
            sum += (double) step.loss(objective.inputs(held.get(i), random(-1 - i)), true) * held.get(i).size();
            windows += held.get(i).size();
        }
        return sum / windows;
    }

    /** Of batch n; neighbouring seeds share nothing. */
    private SplittableRandom random(long n) {
        return new SplittableRandom(new SplittableRandom(options.seed()).nextLong() + n);
    }

    /** The policy with the weights' average: what is evaluated and kept. No copy: it is to be read before the next step. */
    public PolicyDefinition averaged() {
        Map<String, TensorData> weights = new LinkedHashMap<>(fixed.weights());
        weights.putAll(state.view(Part.AVERAGE));
        weights.putAll(state.readStatistics());
        return new PolicyDefinition(fixed.config(), weights, fixed.normalizers(), "training, step " + state.steps());
    }

    /** Frees native memory and ends the loading threads. */
    @Override
    public void close() {
        step.close();
        batches.close();
    }
}
