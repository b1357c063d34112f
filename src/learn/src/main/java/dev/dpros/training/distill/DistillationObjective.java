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

/** A student's loss: the squared error of where its scheduler leads with what its network says of a {@link Teacher}'s lessons. */
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

    @Override
    public List<TensorData> inputs(Batch lesson, SplittableRandom random) {
        Map<String, TensorData> inputs = new LinkedHashMap<>(lesson.inputs());
        TensorData noise = inputs.remove(Teacher.NOISE);
        TensorData time = inputs.remove(Teacher.TIME);
        TensorData rates = inputs.remove(Teacher.RATES);
        List<TensorData> x = new ArrayList<>(inputs.values());
        x.addAll(List.of(lesson.action(), lesson.mask(), noise, time, rates));
        return x;
    }
}
