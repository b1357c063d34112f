package dev.dpros.inference.vector;

/**
 * Whether this JVM computes in vectors: the module {@code jdk.incubator.vector} is there ({@code --add-modules jdk.incubator.vector}), and
 * its compiler makes instructions of them, without which they are slower by a factor of thousands. Thread-safe.
 */
public final class Vectors {
    /** Weights of a network, of which there are two copies then: larger ones wait for theirs, however they are multiplied. */
    static final long MOST_VALUES = 32_000_000;
    private static final String MODULE = "jdk.incubator.vector";
    private static final long PATIENCE_NS = 5_000_000_000L;
    private static Boolean fast;

    private Vectors() {}

    /** Whether the module is there. */
    public static boolean present() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    /** Whether products are computed at the speed of vectors; the first time takes half a second, or five if they are not. */
    public static synchronized boolean fast() {
        if (fast == null) {
            fast = present() && Product.compiled(PATIENCE_NS);
        }
        return fast;
    }
}
