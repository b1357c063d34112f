package dev.dpros.core;

/** The node was ended from outside (rosnode kill, a second node of its name) while it was still joining the graph. */
public final class ShutDownException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param reason what the master or the caller said */
    public ShutDownException(String reason, Throwable cause) {
        super("shut down by the master while starting: " + reason, cause);
    }
}
