package dev.dpros.shard;

import dev.dpros.core.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Makes one result of all parts of a work of its kind. */
@FunctionalInterface
public interface ShardMerger {
    /**
     * Merges.
     *
     * @param parts all of them
     * @param target where the result goes; it appears whole
     * @param out for what one run would have printed
     * @param progress hears how far it is
     * @return the exit code that one run would have had
     * @throws dev.dpros.core.InputException if a part's result is not what its work says, or the target cannot be written
     */
    int merge(ShardSet parts, Path target, PrintWriter out, Progress progress);
}
