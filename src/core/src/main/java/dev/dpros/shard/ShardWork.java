package dev.dpros.shard;

import dev.dpros.core.InputException;
import dev.dpros.process.JsonFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A part in the making. It begins only where it can be merged with the parts that are there, and is there itself once
 * {@link #finish} has written its file. One thread.
 */
public final class ShardWork {
    private final ShardPart part;

    private ShardWork(ShardPart part) {
        this.part = part;
    }

    /**
     * Begins a part of what goes to a target.
     *
     * @param target what all parts become when they are merged
     * @param kind of work, which says how parts are merged
     * @param work all that the parts of one work have in common: a map, a record
     * @return empty if this part is done already
     * @throws InputException if parts of another work, or of another number, are beside the target
     */
    public static Optional<ShardWork> begin(Path target, Shard shard, String kind, Object work) {
        ShardPart part = new ShardPart(shard.beside(target, ".json"), shard, kind, JsonFile.tree(work), JsonFile.tree(Map.of()));
        boolean done = false;
        for (ShardPart there : ShardSet.beside(target)) {
            String difference = there.difference(part);
            if (!difference.isEmpty()) {
                throw new InputException(there.file() + ": " + difference.replace(" as in " + part.file(), "") + "; it is a part of other "
                        + "work: remove it, or give another name");
            }
            done |= there.shard().equals(shard);
        }
        return done ? Optional.empty() : Optional.of(new ShardWork(part));
    }

    /** Where this part's data go, if it has any: nothing need be there. */
    public Path data() {
        return part.data();
    }

    /** Tells this part from parts of other work, and from the others of its own. */
    public String identity() {
        return part.kind() + " " + part.shard() + " " + part.work();
    }

    /** The part is done. @param result what came of it: a map, a record. @throws InputException if the file cannot be written */
    public Path finish(Object result) {
        new ShardPart(part.file(), part.shard(), part.kind(), part.work(), JsonFile.tree(result)).write();
        return part.file();
    }
}
