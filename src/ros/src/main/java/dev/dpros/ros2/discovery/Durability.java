package dev.dpros.ros2.discovery;

/** What a writer keeps for readers that come later; in the order of the wire and of strength. */
public enum Durability {
    /** Nothing. */
    VOLATILE("volatile"),
    /** Its last samples, while it lives. */
    TRANSIENT_LOCAL("transient local"),
    /** Kept by a service; not spoken here, treated as what it includes. */
    TRANSIENT("transient"),
    /** Kept on a disk by a service; as above. */
    PERSISTENT("persistent");

    private final String words;

    Durability(String words) {
        this.words = words;
    }

    static Durability of(int wire) {
        return wire < 0 || wire >= values().length ? VOLATILE : values()[wire];
    }

    @Override
    public String toString() {
        return words;
    }
}
