package dev.dpros.shard;

import dev.dpros.core.InputException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a work the variables of a batch system say: a task of Slurm's job arrays, an index of a Kubernetes Indexed Job.
 * Kubernetes tells the index alone, and Slurm tells a task that is submitted again alone nothing of the array that it was of:
 * {@value #COUNT} says how many parts there are, and the index is then the task's own number. Stateless.
 */
public final class ArrayVariables {
    /** How many parts there are. */
    public static final String COUNT = "DPROS_SHARDS";

    private static final String SLURM = "SLURM_ARRAY_TASK_ID";
    private static final String SLURM_COUNT = "SLURM_ARRAY_TASK_COUNT";
    private static final String SLURM_MIN = "SLURM_ARRAY_TASK_MIN";
    private static final String SLURM_MAX = "SLURM_ARRAY_TASK_MAX";
    private static final String KUBERNETES = "JOB_COMPLETION_INDEX";
    private static final String REMEDY = "--shard I/N says which part of how many, --shard none does all of it";

    private ArrayVariables() {}

    /**
     * What the variables say.
     *
     * @param shard the part
     * @param source which variables say so, for messages
     */
    public record Found(Shard shard, String source) {}

    /** The part, or null where no variable is set. @throws InputException if they are set and do not tell a part */
    public static @Nullable Found of(Map<String, String> environment) {
        String slurm = value(environment, SLURM);
        String kubernetes = value(environment, KUBERNETES);
        String count = value(environment, COUNT);
        if (slurm.isEmpty() && kubernetes.isEmpty()) {
            if (!count.isEmpty()) {
                throw InputException.of(COUNT, "parts", SLURM + " or " + KUBERNETES + " beside it", "neither", REMEDY);
            }
            return null;
        }
        if (!slurm.isEmpty() && !kubernetes.isEmpty()) {
            throw InputException.of(SLURM, "part", "one batch system", KUBERNETES + " as well", REMEDY);
        }
        String name = slurm.isEmpty() ? KUBERNETES : SLURM;
        int index = number(name, value(environment, name));
        if (!count.isEmpty()) {
            return counted(name, index, number(COUNT, count));
        }
        if (slurm.isEmpty()) {
            throw InputException.of(KUBERNETES, "parts", COUNT + "=N beside it, as many as the Job has completions", "no " + COUNT, REMEDY);
        }
        return array(environment, index);
    }

    private static Found counted(String name, int index, int count) {
        if (count < 1 || count > Shard.MOST || index >= count) {
            throw InputException.of(name, "part", "0 to " + COUNT + " - 1 (an array from 0)", index + " with " + COUNT + "=" + count, REMEDY);
        }
        return new Found(new Shard(index, count), name + "=" + index + ", " + COUNT + "=" + count);
    }

    /** A task of a whole array: from 0 or 1 on, without gaps, of more than one. */
    private static Found array(Map<String, String> environment, int index) {
        int count = number(SLURM_COUNT, value(environment, SLURM_COUNT));
        int min = number(SLURM_MIN, value(environment, SLURM_MIN));
        int max = number(SLURM_MAX, value(environment, SLURM_MAX));
        if (count < 2 || count > Shard.MOST || min > 1 || max != min + count - 1 || index < min || index > max) {
            throw InputException.of(SLURM, "part", "a task of a whole array, such as 0-3, or " + COUNT + "=N", "task " + index + " of "
                    + count + " from " + min + " to " + max, REMEDY);
        }
        return new Found(new Shard(index - min, count), SLURM + "=" + index + " of " + min + "-" + max);
    }

    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip();
    }

    private static int number(String name, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below, as any other wrong number
        }
        throw InputException.of(name, "number", "a whole number of at least 0", text.isEmpty() ? "nothing" : "'" + text + "'", REMEDY);
    }
}
