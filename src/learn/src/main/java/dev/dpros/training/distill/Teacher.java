package dev.dpros.training.distill;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMemory;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingStep;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A policy that is left as it is and shows what it makes of observations and noise. Confined to one thread. */
public final class Teacher implements AutoCloseable {
    /** Beside the observations of a lesson: the noise in what the student's network is given, {@code [B, T, W]}. */
    static final String NOISE = "lesson.noise";
    /** The time of which it is told, {@code [B]}. */
    static final String TIME = "lesson.time";
    /** How much of the clean trajectory and of the noise it is given, {@code [B, 2]}. */
    static final String RATES = "lesson.rates";
    private static final double[] NO_NOISE = {};

    private final PolicyConfig config;
    private final Distillation distillation;
    private final List<Distillation.Moment> moments;
    private final TrainingStep network;

    /**
     * Loads the policy.
     *
     * @param coordinates whether batches hold spatial-softmax coordinates in place of images
     * @param arithmetic of matrix products
     * @param threads of libtorch
     */
    public Teacher(PolicyDefinition policy, Distillation distillation, boolean coordinates, Arithmetic arithmetic, int threads) {
        this.config = policy.config();
        this.distillation = distillation;
        moments = IntStream.range(0, distillation.evaluations()).mapToObj(distillation::moment).toList();
        PolicyDefinition taught = coordinates ? policy : DiffusionObjective.croppedAlready(policy);
        ScriptModule script = TrainingScript.taught(taught, Distillation.learns(), coordinates, arithmetic);
        network = new TrainingStep(script, TrainingState.fixed(script), OptimizerConfig.reference(1), threads);
    }

    /**
     * Plays a batch: for each of the student's evaluations as many rows as the batch has.
     *
     * @param random draws the noise
     * @param memory of the lesson
     * @return the observations, again and again, with what the student is given, and what it is to make of that
     */
    public Batch teach(Batch batch, SplittableRandom random, BatchMemory memory) {
        double[] x = new double[batch.size() * config.denoisedSteps() * config.denoisedWidth()];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextGaussian();
        }
        float[] observed = network.run(TrainingScript.OBSERVE, List.copyOf(batch.inputs().values()), false);
        TensorData observation = TensorData.of(observed, batch.size(), observed.length / batch.size());
        NoiseScheduler scheduler = distillation.follow(x.length);
        int part = distillation.teacherEvaluations() / distillation.evaluations();
        List<double[]> bounds = new ArrayList<>(List.of(x.clone()));
        scheduler.begin();
        for (int i = 0; i < scheduler.steps(); i++) {
            scheduler.step(i, evaluate(observation, x, scheduler.time(i), batch.size()), x, NO_NOISE, x);
            if ((i + 1) % part == 0) {
                bounds.add(x.clone());
            }
        }
        return lesson(batch, bounds, memory);
    }

    private double[] evaluate(TensorData observation, double[] x, float time, int rows) {
        ByteBuffer times = floats(rows);
        while (times.hasRemaining()) {
            times.putFloat(time);
        }
        float[] output = network.run(TrainingScript.EVALUATE, List.of(observation, tensor(put(floats(x.length), x), rows, config.denoisedSteps(),
                config.denoisedWidth()), tensor(times, rows)), false);
        double[] wide = new double[output.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = output[i];
        }
        return wide;
    }

    /** The batch for each of the student's evaluations; clean trajectories in the actions' place, weights in the mask's. */
    private Batch lesson(Batch batch, List<double[]> bounds, BatchMemory memory) {
        int rows = distillation.evaluations() * batch.size();
        int each = config.denoisedSteps() * config.denoisedWidth();
        ByteBuffer noise = memory.floats("noise", (long) rows * each);
        ByteBuffer times = memory.floats("times", rows);
        ByteBuffer rates = memory.floats("rates", 2L * rows);
        ByteBuffer weights = memory.floats("weights", (long) rows * config.horizon());
        ByteBuffer cleans = memory.floats("cleans", (long) rows * config.horizon() * config.denoisedWidth());
        while (cleans.hasRemaining()) {
            cleans.putFloat(0); // before and after what is denoised
        }
        for (int row = 0; row < rows; row++) {
            int k = row / batch.size();
            int first = row % batch.size() * each;
            Distillation.Moment moment = moments.get(k);
            times.putFloat(moment.time());
            rates.putFloat((float) moment.signal()).putFloat((float) moment.level());
            double reach = moment.reach(config.scheduler().predictionType());
            for (int step = 0; step < config.horizon(); step++) {
                weights.putFloat((float) (reach * reach));
            }
            int at = (row * config.horizon() + config.firstDenoisedStep()) * config.denoisedWidth();
            for (int i = 0; i < each; i++) {
                double clean = moment.clean(bounds.get(k)[first + i], bounds.get(k + 1)[first + i]);
                cleans.putFloat((at + i) * Float.BYTES, (float) clean);
                noise.putFloat((float) moment.noise(bounds.get(k)[first + i], clean));
            }
        }
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        batch.inputs().forEach((key, tensor) -> inputs.put(key, joined(memory, "input " + key, Collections.nCopies(distillation.evaluations(), tensor))));
        inputs.put(NOISE, tensor(noise, rows, config.denoisedSteps(), config.denoisedWidth()));
        inputs.put(TIME, tensor(times, rows));
        inputs.put(RATES, tensor(rates, rows, 2));
        return new Batch(rows, inputs, tensor(cleans, rows, config.horizon(), config.denoisedWidth()),
                tensor(weights, rows, config.horizon()));
    }

    /** Tensors one after the other along the first dimension. */
    static TensorData joined(BatchMemory memory, String name, List<TensorData> tensors) {
        ByteBuffer all = memory.floats(name, tensors.stream().mapToLong(TensorData::count).sum());
        tensors.forEach(tensor -> all.put(tensor.bytes()));
        List<Long> shape = new ArrayList<>(tensors.get(0).shape());
        shape.set(0, tensors.stream().mapToLong(t -> t.shape().get(0)).sum());
        return new TensorData(TensorData.DType.F32, shape, all.flip());
    }

    private static ByteBuffer put(ByteBuffer memory, double[] values) {
        for (double value : values) {
            memory.putFloat((float) value);
        }
        return memory;
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorData tensor(ByteBuffer values, long... shape) {
        return new TensorData(TensorData.DType.F32, Arrays.stream(shape).boxed().toList(), values.flip());
    }

    @Override
    public void close() {
        network.close();
    }
}
