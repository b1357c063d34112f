package dev.dpros.training;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.run.TrainingFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A process that begins a training, does two steps, saves them, and goes on from there; it says how large its network is. */
final class TrainingHeapChild {
    private TrainingHeapChild() {}

    public static void main(String[] args) {
        TrainingFiles files = new TrainingFiles(Path.of(args[0]));
        files.begin("");
        try (PolicyTrainer trainer = trainer()) {
            trainer.step();
            trainer.step();
            files.save(trainer.state(), trainer.averaged());
            files.restore(trainer.state());
            trainer.step();
            System.out.println(4L * trainer.state().tensors().stream().mapToLong(tensor -> tensor.count()).sum() + " bytes, heap "
                    + Runtime.getRuntime().maxMemory() + ", step " + trainer.state().steps());
        }
    }

    private static PolicyTrainer trainer() {
        PolicyConfig config = new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2)),
                FeatureSpec.of("action", Kind.ACTION, 2), new UnetConfig(List.of(128, 256, 384), 5, 8, 64, true), null,
                new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                        SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 8));
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
        return new PolicyTrainer(initial, new DiffusionObjective(config, new DiffusionObjective.Options(DiffusionObjective.Kind.DENOISING,
                false, false, Arithmetic.FLOAT32)), new MadeBatches(1, position -> new Batch(1, Map.of("observation.state",
                TensorData.of(new float[4], 1, 2, 2)), TensorData.of(new float[16], 1, 8, 2), TensorData.of(new float[8], 1, 8))),
                new PolicyTrainer.Options(OptimizerConfig.reference(1e-4), new LearningRate(1e-4, LearningRate.Shape.CONSTANT, 0, 10),
                        name -> true, 1, 5, 1));
    }
}
