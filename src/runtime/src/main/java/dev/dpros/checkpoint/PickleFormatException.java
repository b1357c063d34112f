package dev.dpros.checkpoint;

/** A pickle that is malformed or not allowed; the message continues "the pickle ...". */
final class PickleFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PickleFormatException(String message) {
        super(message);
    }
}
