package dev.dpros.recording.dataset;

/** Told how far a long piece of work is. One thread. */
public interface ExportProgress {
    /** Nobody watches. */
    ExportProgress NONE = new ExportProgress() {
        @Override
        public void begin(String what, long total) {}

        @Override
        public void advance(long by) {}
    };

    /** A piece of work begins; the one before has ended. */
    void begin(String what, long total);

    /** So much more of it is done. */
    void advance(long by);
}
