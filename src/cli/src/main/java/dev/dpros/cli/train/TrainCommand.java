package dev.dpros.cli.train;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dpros.checkpoint.BackboneWeights;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.checkpoint.ForeignTraining;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.TensorData;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.process.Archive;
import dev.dpros.training.ActionError;
import dev.dpros.training.CachedCoordinates;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.EnergyObjective;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.Objective;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.pusht.PoseObjective;
import dev.dpros.training.run.TrainingData;
import dev.dpros.training.run.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros train}: a policy from demonstrations. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Train a diffusion policy on demonstrations: replay buffers (*.zarr), LeRobotDatasets, HDF5 of robomimic or "
                + "ALOHA, or recordings. The output directory holds "
                + "the newest policy (last), the best ones (best), metrics.csv, and all that is needed to go on after an "
                + "interruption: the same command with --resume.",
        footer = {"", "Example: dpros train --config training/quick.yaml --output runs/quick",
            "Then:    dpros run --config robot.yaml --policy runs/quick/last"})
public final class TrainCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", required = true, description = "training configuration (docs/training.md), or "
            + "diffusion_policy's YAML, LeRobot's train_config.json, or the folder of a run of theirs")
    private Path file;

    @Mixin
    private TrainingOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Archive.requireWhole("train");
        file = ForeignTraining.within(file);
        TrainingSettings settings = TrainingSettings.read(file, TrainingSession.layer(options.overrides()), this::open);
        TrainConfig.Result result = settings.result();
        TrainConfig config = result.config();
        PolicyConfig policy = PolicyReader.architecture(config.policy());
        String inForce = new YAMLMapper().writeValueAsString(result.inForce());
        TrainingSession session = new TrainingSession(spec, options, inForce, file.toString(), TrainCommand::inForce);
        if (!settings.ignored().isEmpty()) {
            Verbosity.warn(spec, file + ": without effect: " + String.join(", ", settings.ignored()));
        }
        List<PolicyDefinition> earlier = new ArrayList<>();
        return session.run(config, inForce, () -> {
            config.initial().forEach(path -> earlier.add(PolicyReader.read(path)));
            return new TrainingData(config, policy, earlier, options.output(), path -> session.source(() -> open(path), options.choice()));
        }, data -> {
            ActionError actionError = config.objective() == TrainConfig.Objective.POSE ? null : new ActionError(data.recorded());
            PolicyTrainer trainer = trainer(config, policy, data, earlier);
            return new TrainingSession.Training(trainer, data.heldOut(), actionError, parameters(policy), "");
        });
    }

    /** A training that has not begun, which alone keeps what of the first weights is not trained. */
    private PolicyTrainer trainer(TrainConfig config, PolicyConfig policy, TrainingData data, List<PolicyDefinition> earlier) {
        PolicyDefinition initial = new PolicyDefinition(policy, weights(config, policy, earlier), data.normalizers(), "initial");
        Predicate<String> learns = learns(config.frozen(), initial.weights().keySet());
        boolean cached = config.objective() != TrainConfig.Objective.POSE && CachedCoordinates.apply(initial, learns);
        if (cached) {
            try (ConsoleProgress progress = new ConsoleProgress(spec)) {
                data.cacheCoordinates(initial, progress);
            }
        }
        Objective objective = objective(config, policy, cached); // refuses a policy that it does not fit
        return new PolicyTrainer(initial, objective, data.training(), TrainingSession.options(config, policy, learns));
    }

    /** What was in force, with the defaults of keys that came later. */
    private static String inForce(Path configuration) {
        try {
            return new YAMLMapper().writeValueAsString(TrainConfig.read(configuration, new OptionLayer().layer()).inForce());
        } catch (IOException e) {
            throw new UncheckedIOException(configuration + ": " + e.getMessage(), e);
        }
    }

    private EpisodeDataset open(Path path) {
        return TrainingSession.open(path, "give it with --set datasets=[PATH]", options.stamps());
    }

    /**
     * Drawn, then what earlier policies have, then what was published of the backbone; a training that goes on has saved its own, save
     * for what is frozen.
     */
    private Map<String, TensorData> weights(TrainConfig config, PolicyConfig policy, List<PolicyDefinition> earlier) {
        Map<String, TensorData> weights = InitialWeights.of(ExpectedTensors.of(policy), config.seed(), earlier);
        if (config.backboneWeights() != null && (!options.resumes() || !config.frozen().isEmpty())) {
            weights.putAll(BackboneWeights.read(config.backboneWeights(), policy));
        }
        return weights;
    }

    private static long parameters(PolicyConfig policy) {
        return ExpectedTensors.of(policy).values().stream().mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact)).sum();
    }

    /** Which tensors are trained. @throws InputException if a prefix names none */
    private static Predicate<String> learns(List<String> frozen, Set<String> names) {
        for (String prefix : frozen) {
            if (names.stream().noneMatch(name -> name.startsWith(prefix))) {
                throw new InputException("frozen: '" + prefix + "': no tensor's name begins so" + NearestName.hint(prefix,
                        names.stream().map(name -> name.substring(0, name.lastIndexOf('.'))).distinct().sorted().toList()));
            }
        }
        return name -> frozen.stream().noneMatch(name::startsWith);
    }

    private static Objective objective(TrainConfig config, PolicyConfig policy, boolean cached) {
        if (config.objective() == TrainConfig.Objective.POSE) {
            return new PoseObjective(policy);
        }
        if (policy.energy() != null) {
            if (config.objective() == TrainConfig.Objective.REGRESSION) {
                throw InputException.of("objective", "value", "diffusion (the policy's own loss) with an energy network", "regression", "");
            }
            return new EnergyObjective(policy, Arithmetic.valueOf(config.precision().name()));
        }
        DiffusionObjective.Kind kind = config.objective() == TrainConfig.Objective.REGRESSION ? DiffusionObjective.Kind.REGRESSION
                : DiffusionObjective.Kind.DENOISING;
        return new DiffusionObjective(policy, new DiffusionObjective.Options(kind, config.loader().maskPadding(), cached,
                Arithmetic.valueOf(config.precision().name()), config.toolPoses().inputPerturbation()));
    }
}
