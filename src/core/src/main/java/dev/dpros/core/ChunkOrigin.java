package dev.dpros.core;

import java.util.Locale;

/** Where a chunk was sampled. Traces store its ordinal: new ones go to the end. */
public enum ChunkOrigin {
    /** On this machine. */
    LOCAL,
    /** By a server. */
    REMOTE;

    private static final ChunkOrigin[] VALUES = values();

    /** By ordinal; {@link #LOCAL} for one that is not known. Does not allocate. */
    public static ChunkOrigin of(long ordinal) {
        return ordinal >= 0 && ordinal < VALUES.length ? VALUES[(int) ordinal] : LOCAL;
    }

    /** Lower-case name, for metrics, pages and reports. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
