package dev.dpros.process;

/** Which build this is. */
public final class ProductVersion {
    private ProductVersion() {}

    /** {@code dpros VERSION, Java VERSION}: from the jar's manifest; {@code (development)} where there is no jar. */
    public static String text() {
        String version = ProductVersion.class.getPackage().getImplementationVersion();
        return "dpros " + (version == null ? "(development)" : version) + ", Java " + System.getProperty("java.version");
    }
}
