package dev.dpros.core;

/** Told how far a long piece of work is. One thread. */
public interface Progress {
    /** Nobody watches. */
    Progress NONE = new Progress() {
        @Override
        public void begin(String what, long total) {}

        @Override
        public void advance(long by) {}
    };

    /** A piece of work begins; the one before has ended. */
    void begin(String what, long total);

    /** As {@link #begin(String, long)}, where so much was done earlier: what is left is estimated from the rest. */
    default void begin(String what, long total, long done) {
        begin(what, total);
        advance(done);
    }

    /** So much more of it is done. */
    void advance(long by);

    /** Nothing more to come: the terminal is free for other lines. */
    default void end() {}

    /** A short word on how it goes, such as a loss. */
    default void note(String text) {}
}
