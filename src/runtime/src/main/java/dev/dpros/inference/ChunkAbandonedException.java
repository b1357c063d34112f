package dev.dpros.inference;

/** A run was given up between two denoising steps, as configured, since its deadline had passed. */
public final class ChunkAbandonedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message how far it had come */
    public ChunkAbandonedException(String message) {
        super(message);
    }
}
