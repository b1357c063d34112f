package dev.dpros.core;

/**
 * Bad input from outside: a file, a configuration, a command line, a peer. Its message is the one line the user sees
 * (what, where, expected, found, what to do); the program exits with code 2 and prints no stack trace.
 */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error whose message already is the complete line. */
    public InputException(String message) {
        super(message);
    }

    /** As {@link #InputException(String)}, keeping the cause for the debug log. */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * The usual form: {@code WHERE: WHAT: expected E, found F; DO}.
     *
     * @param where file, topic, option or configuration key
     * @param what the field or property that is wrong
     * @param expected what would have been right
     * @param found what is there
     * @param remedy what to do about it; may be empty
     */
    public static InputException of(String where, String what, String expected, String found, String remedy) {
        String line = where + ": " + what + ": expected " + expected + ", found " + found;
        return new InputException(remedy.isEmpty() ? line : line + "; " + remedy);
    }
}
