package dev.dpros.training;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * The loss of implicit behavioural cloning (ibc_dfo_lowdim_policy.py, compute_loss): the network learns to tell the demonstrated
 * actions, with a little noise, from others that are drawn evenly over the normalised range.
 */
public final class EnergyObjective implements Objective {
    private static final double DEVIATION = 1e-4;

    private final PolicyConfig config;
    private final BatchMemory memory = new BatchMemory();
    private final Arithmetic arithmetic;

    /** An objective for this architecture. @throws InputException if it is none of IBC, or one of images */
    public EnergyObjective(PolicyConfig config, Arithmetic arithmetic) {
        if (config.energy() == null || config.vision() != null) {
            throw InputException.of("policy", "ibc", "IBC's network, from vectors", config.vision() != null ? "images" : "none", "");
        }
        this.config = config;
        this.arithmetic = arithmetic;
    }

    @Override
    public ScriptModule script(PolicyDefinition initial, Predicate<String> learns) {
        return TrainingScript.energy(initial, learns, arithmetic);
    }

    /** Observations, actions, the noise on them, random actions. */
    @Override
    public List<TensorData> inputs(Batch batch, SplittableRandom random) {
        List<TensorData> x = new ArrayList<>(batch.inputs().values());
        x.add(batch.action());
        int values = config.denoisedSteps() * config.action().size();
        int negatives = config.energy().negatives();
        ByteBuffer noise = memory.floats("noise", (long) batch.size() * values);
        while (noise.hasRemaining()) {
            noise.putFloat((float) (DEVIATION * random.nextGaussian()));
        }
        ByteBuffer others = memory.floats("others", (long) batch.size() * negatives * values);
        while (others.hasRemaining()) {
            others.putFloat((float) (2 * random.nextDouble() - 1));
        }
        x.add(new TensorData(TensorData.DType.F32, List.of((long) batch.size(), (long) values), noise.flip()));
        x.add(new TensorData(TensorData.DType.F32, List.of((long) batch.size(), (long) negatives, (long) values), others.flip()));
        return x;
    }
}
