package dev.dpros.cli.options;

import dev.dpros.core.InputException;
import dev.dpros.shard.ArrayVariables;
import dev.dpros.shard.Shard;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Which part of its work a command does: a mixin. */
public final class ShardOption {
    private static final String NONE = "none";

    @Option(names = "--shard", paramLabel = "I/N", description = "do part I (from 0) of N alone, for 'dpros merge'; none: all of it "
            + "(default: as the variables of a Slurm job array or a Kubernetes Indexed Job say, if they are set)")
    private String text;

    /**
     * The part, or empty for all of it.
     *
     * @param say gets a line if variables say which
     * @throws InputException if the option is no part, or the variables do not tell one
     */
    public Optional<Shard> chosen(Consumer<String> say) {
        if (text != null) {
            return text.equalsIgnoreCase(NONE) ? Optional.empty() : Optional.of(Shard.of("--shard", text));
        }
        ArrayVariables.Found found = ArrayVariables.of(System.getenv());
        if (found == null) {
            return Optional.empty();
        }
        say.accept("shard " + found.shard() + " (" + found.source() + "; --shard none does all of it)");
        return Optional.of(found.shard());
    }

    /**
     * Refuses parts that nothing could be made of.
     *
     * @param target what they are merged into, or null if the command was given none
     * @param option that says where it goes
     * @param elements how many there are to share out
     * @throws InputException if there is no target, or more parts than elements
     */
    public static void require(Shard shard, Path target, String option, int elements) {
        if (target == null) {
            throw InputException.of("--shard", "parts", option + " beside it, for 'dpros merge'", "no " + option, "--shard none does all of it");
        }
        if (shard.count() > elements) {
            throw InputException.of("--shard", "parts", "at most " + elements + ", as many as there is to do", String.valueOf(shard.count()),
                    "--shard none does all of it");
        }
    }
}
