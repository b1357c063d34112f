package dev.dpros.process;

import java.nio.file.Path;

/** Where the product is installed: the folder of the launcher. */
public final class Home {
    private Home() {}

    /** A path in the installation; the working folder's if the launcher did not say where it is. */
    public static Path path(String relative) {
        return Path.of(System.getProperty("dpros.home", ".")).resolve(relative);
    }
}
