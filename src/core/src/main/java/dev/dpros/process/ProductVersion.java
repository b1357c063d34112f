package dev.dpros.process;

/** Which build this is. */
public final class ProductVersion {
    private ProductVersion() {}

    /** {@code dpros VERSION, Java VERSION}: from the jar's manifest; {@code (development)} where there is no jar. */
    public static String text() {
        return "dpros " + number() + ", Java " + System.getProperty("java.version");
    }

    /** The version's number, or {@code (development)}. */
    public static String number() {
        String version = ProductVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }
}
