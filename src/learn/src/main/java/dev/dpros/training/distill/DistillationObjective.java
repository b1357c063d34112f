package dev.dpros.training.distill;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.Objective;
import dev.dpros.training.data.Batch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** A student's loss: the squared error of what its network says of a {@link Teacher}'s lessons. */
public final class DistillationObjective implements Objective {
    private final DiffusionObjective network;

    /** @param student its configuration @param options as those of a training */
    public DistillationObjective(PolicyConfig student, DiffusionObjective.Options options) {
        network = new DiffusionObjective(student, options);
    }

    @Override
    public ScriptModule script(PolicyDefinition initial, Predicate<String> learns) {
        return network.script(initial, learns);
    }

    /** With no signal and all of the noise, what is noisy is the lesson's sample, and what is clean what it says. */
    @Override
    public List<TensorData> inputs(Batch lesson, SplittableRandom random) {
        Map<String, TensorData> inputs = new LinkedHashMap<>(lesson.inputs());
        TensorData sample = inputs.remove(Teacher.SAMPLE);
        TensorData time = inputs.remove(Teacher.TIME);
        float[] rates = new float[2 * lesson.size()];
        for (int i = 0; i < lesson.size(); i++) {
            rates[2 * i + 1] = 1;
        }
        List<TensorData> x = new ArrayList<>(inputs.values());
        x.addAll(List.of(lesson.action(), lesson.mask(), sample, time, TensorData.of(rates, lesson.size(), 2)));
        return x;
    }
}
