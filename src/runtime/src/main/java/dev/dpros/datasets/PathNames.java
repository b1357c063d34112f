package dev.dpros.datasets;

import dev.dpros.core.InputException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The one place at which a name out of a file or a message becomes part of a path. Stateless; any thread. */
public final class PathNames {
    /** What a folder or file may be called: no separator, no leading dot, nothing that a terminal or a shell would act on. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@=+ -]{0,199}");

    private PathNames() {}

    /**
     * The file or folder of that name directly inside a folder.
     *
     * @param what the name is, for messages
     * @throws InputException if the name could lead elsewhere
     */
    public static Path inside(Path folder, String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw InputException.of(folder.toString(), what, "a name of letters, digits, '_', '-', '.' that can be a file's",
                    "'" + name.codePoints().limit(80).map(c -> Character.isISOControl(c) ? '?' : c)
                            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append) + "'",
                    "give the column another name");
        }
        return folder.resolve(name);
    }
}
