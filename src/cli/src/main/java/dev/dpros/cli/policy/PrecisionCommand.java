package dev.dpros.cli.policy;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.PrecisionFile;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.diffusion.PrecisionChoice.Candidate;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.PrecisionCalibration;
import dev.dpros.inference.RandomObservations;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros precision}: decides in which precision a policy runs. */
@Command(
        name = "precision",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Decide in which precision a policy runs with sampler.precision: auto: the fastest here whose network differs from "
                + "float32's by at most 3 percent at every noise level. The choice is kept in the policy's directory (precision.json).",
            "Measured with observations as `dpros predict` takes them, or else random ones in the ranges of the policy's normalizers."},
        footer = {"", "Example: dpros precision models/my_policy", "         dpros precision models/my_policy --observations seen/*.safetensors"})
public final class PrecisionCommand implements Callable<Integer> {
    private static final int RANDOM = 8;

    @Parameters(paramLabel = "DIR", description = "LeRobot directory")
    private Path source;

    @Option(names = "--observations", paramLabel = "FILE", arity = "1..*", description = "recorded observations, safetensors, one window each")
    private List<Path> observations = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrecisionFile.directory(source);
        PrintWriter out = spec.commandLine().getOut();
        out.print(decide(source, PolicyReader.read(source), observations));
        out.flush();
        return 0;
    }

    /** Decides and writes it down. @return what was decided, for people */
    static String decide(Path source, PolicyDefinition policy, List<Path> files) {
        List<ObservationBatch> seen = files.isEmpty() ? RandomObservations.of(policy, RANDOM)
                : files.stream().map(file -> new PredictionInput(file, policy.config()).observations()).toList();
        PrecisionChoice choice = PrecisionCalibration.decide(policy, seen, seen.size() + (files.isEmpty() ? " random" : " recorded"));
        PrecisionFile.write(source, choice);
        return words(choice);
    }

    /** What was decided for a policy, for people; nothing without a choice. */
    static String words(@Nullable PrecisionChoice choice) {
        if (choice == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "precision     auto is %s: the fastest with an error of at most %.3g, %s observations%n",
                choice.precision().word(), choice.bound(), choice.observations()));
        for (Candidate candidate : choice.candidates()) {
            text.append(candidate.refused().isEmpty()
                    ? String.format(Locale.ROOT, "  %-11s error %.3g, chunk moved by %.3g (normalised), a step %.2f ms%n", candidate.precision().word(),
                            candidate.error(), candidate.chunk(), candidate.stepMs())
                    : String.format(Locale.ROOT, "  %-11s not here: %s%n", candidate.precision().word(), candidate.refused()));
        }
        return text.toString();
    }
}
