package dev.dpros.shard;

import dev.dpros.core.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the equal parts into which a work is cut: a run of neighbours, so that the parts in their order are the whole in its
 * order. Immutable.
 *
 * @param index which one, from 0
 * @param count how many there are
 */
public record Shard(int index, int count) {
    /** Most parts of a work. */
    public static final int MOST = 100_000;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})");
    private static final String JSON = ".json";

    /** @throws IllegalArgumentException if there is no such part */
    public Shard {
        if (count < 1 || count > MOST || index < 0 || index >= count) {
            throw new IllegalArgumentException("shard: expected I/N with I from 0 to N - 1 and N at most " + MOST + ", found " + index
                    + "/" + count);
        }
    }

    /**
     * As {@link #toString} writes it.
     *
     * @param where the option or file that says so
     * @throws InputException if it is no part
     */
    public static Shard of(String where, String text) {
        Matcher parts = TEXT.matcher(text.strip());
        try {
            if (parts.matches()) {
                return new Shard(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
            }
        } catch (IllegalArgumentException e) {
            // reported below, as any other wrong text
        }
        throw InputException.of(where, "part", "I/N with I from 0 to N - 1 and N at most " + MOST, "'" + text + "'",
                "for instance 2/4, the third of four");
    }

    /** Place of its first element among {@code total}. */
    public int first(int total) {
        return (int) ((long) index * total / count);
    }

    /** Place after its last element among {@code total}. */
    public int end(int total) {
        return (int) ((index + 1L) * total / count);
    }

    /** Its elements; none where there are fewer elements than parts. */
    public <T> List<T> of(List<T> all) {
        return all.subList(first(all.size()), end(all.size()));
    }

    /**
     * Where this part of what goes to {@code target} lies: {@code scores.json} in {@code scores.shard-2-of-4.json}, the data of
     * {@code pusht} in {@code pusht.shard-2-of-4}.
     *
     * @param suffix of the name: {@code .json}, or nothing
     */
    Path beside(Path target, String suffix) {
        return target.resolveSibling(stem(target) + ".shard-" + index + "-of-" + count + suffix);
    }

    /** What the names of a target's parts begin with. */
    static String stem(Path target) {
        String name = target.toAbsolutePath().normalize().getFileName().toString();
        return name.endsWith(JSON) && name.length() > JSON.length() ? name.substring(0, name.length() - JSON.length()) : name;
    }

    @Override
    public String toString() {
        return index + "/" + count;
    }
}
