package dev.dpros.ros.master;

/** An argument of an API call is wrong; its message is what the caller reads in the answer. */
final class InvalidArgumentException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidArgumentException(String message) {
        super(message, null, false, false);
    }
}
