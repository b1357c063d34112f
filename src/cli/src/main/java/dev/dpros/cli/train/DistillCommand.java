package dev.dpros.cli.train;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.process.Archive;
import dev.dpros.training.ActionError;
import dev.dpros.training.CachedCoordinates;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMemory;
import dev.dpros.training.distill.Distillation;
import dev.dpros.training.distill.DistillationObjective;
import dev.dpros.training.distill.TaughtBatches;
import dev.dpros.training.distill.Teacher;
import dev.dpros.training.run.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros distill}: a policy that takes one or two evaluations a chunk, from one that takes many. */
@Command(
        name = "distill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Train a student of a policy that makes a chunk in one or two evaluations of its network: same observations, actions "
                + "and normalizers, and the same image encoder. It learns what the policy makes of the observations in the data, not what "
                + "was done there. The output directory is that of a training, and --resume goes on with it.",
        footer = {"", "Example: dpros distill models/pusht_image --dataset my.zarr -o runs/student",
            "Then:    dpros run --config robot.yaml --policy runs/student/last"})
public final class DistillCommand implements Callable<Integer> {
    private static final Map<String, Object> DEFAULTS = Map.of(
            "steps", 16_000,
            "optimizer", Map.of("lr", 3e-4, "warm_up_steps", 300),
            "loader", Map.of("batch_size", 16));

    @Parameters(paramLabel = "POLICY", description = "LeRobot directory or diffusion_policy .ckpt")
    private Path source;

    @Option(names = "--dataset", paramLabel = "PATH", required = true,
            description = "data with the policy's observations, as dpros train takes them; repeatable")
    private List<Path> datasets = new ArrayList<>();

    @Option(names = "--evaluations", paramLabel = "N", defaultValue = "1",
            description = "of the student a chunk (default: ${DEFAULT-VALUE})")
    private int evaluations;

    @Option(names = "--teacher-evaluations", paramLabel = "N", defaultValue = "8",
            description = "of the policy for a lesson, a multiple of --evaluations (default: ${DEFAULT-VALUE})")
    private int teacherEvaluations;

    @Mixin
    private TrainingOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Archive.requireWhole("distill");
        PolicyDefinition policy = complete(PolicyReader.read(source));
        Distillation distillation = new Distillation(policy.config(), evaluations, teacherEvaluations);
        Map<String, Object> settings = new HashMap<>(DEFAULTS);
        settings.put("evaluation", Map.of("denoising_steps", evaluations));
        settings.put("datasets", datasets.stream().map(path -> path.toAbsolutePath().toString()).toList());
        TrainConfig.Result result = TrainConfig.of(source, settings, TrainingSession.layer(options.overrides()));
        TrainConfig config = result.config();
        if (config.objective() != TrainConfig.Objective.DIFFUSION || !config.initial().isEmpty() || !config.frozen().isEmpty()
                || config.backboneWeights() != null || config.loader().microBatches() > 1) {
            throw InputException.of("--set", "key", "none of objective, initial, frozen, backbone_weights, loader.micro_batches", "one of them",
                    "a student begins with its policy, and learns what that does");
        }
        Map<String, Object> inForce = new LinkedHashMap<>(result.inForce());
        inForce.put("distillation", Map.of("evaluations", evaluations, "teacher_evaluations", teacherEvaluations));
        String yaml = new YAMLMapper().writeValueAsString(new java.util.TreeMap<>(inForce));
        TrainingSession session = new TrainingSession(spec, options, yaml, source.toString(), stored -> "");
        return session.run(config, yaml,
                () -> new TrainingData(config, policy.config(), List.of(policy), options.output(), path -> session.source(
                        () -> TrainingSession.open(path, "give it with --dataset PATH", options.stamps()), options.choice())),
                data -> training(config, policy, distillation, data));
    }

    /** With a normalizer for each vector: what the policy takes as it is must not be normalised as the data would have it. */
    private static PolicyDefinition complete(PolicyDefinition policy) {
        Map<String, Normalizer> normalizers = new HashMap<>(policy.normalizers());
        PolicyConfig config = policy.config();
        Stream.concat(config.inputs().stream(), Stream.of(config.action())).filter(feature -> feature.kind() != FeatureSpec.Kind.VISUAL)
                .forEach(feature -> normalizers.putIfAbsent(feature.key(), Normalizer.identity(feature.size())));
        return new PolicyDefinition(config, policy.weights(), normalizers, policy.source());
    }

    private TrainingSession.Training training(TrainConfig config, PolicyDefinition policy, Distillation distillation, TrainingData data) {
        Predicate<String> learns = Distillation.learns();
        ActionError actionError = new ActionError(data.recorded());
        boolean cached = CachedCoordinates.apply(policy, learns);
        if (cached) {
            try (ConsoleProgress progress = new ConsoleProgress(spec)) {
                data.cacheCoordinates(policy, progress);
            }
        }
        Arithmetic arithmetic = Arithmetic.valueOf(config.precision().name());
        PolicyConfig student = policy.config().with(distillation.student());
        Teacher teacher = new Teacher(policy, distillation, cached, arithmetic, config.threads());
        List<Batch> held = new ArrayList<>();
        for (Batch batch : data.heldOut()) {
            held.add(teacher.teach(batch, TaughtBatches.random(config.seed(), -1 - held.size()), new BatchMemory()));
        }
        Map<String, TensorData> weights = new HashMap<>(policy.weights());
        weights.replaceAll((name, tensor) -> learns.test(name) ? tensor : tensor.inMemory()); // a training outlives the file
        PolicyDefinition initial = new PolicyDefinition(student, weights, policy.normalizers(), "initial");
        PolicyTrainer trainer = new PolicyTrainer(initial, new DistillationObjective(student, new DiffusionObjective.Options(
                DiffusionObjective.Kind.DENOISING, false, cached, arithmetic)), new TaughtBatches(data.training(), teacher, config.seed()),
                TrainingSession.options(config, student, learns));
        return new TrainingSession.Training(trainer, held, actionError,
                policy.weights().values().stream().mapToLong(TensorData::count).sum(), PolicyHash.ofContents(policy));
    }
}
