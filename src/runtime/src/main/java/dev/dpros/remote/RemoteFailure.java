package dev.dpros.remote;

/** A server did not answer, or not as it must; the message says what in one line. */
public final class RemoteFailure extends Exception {
    private static final long serialVersionUID = 1;

    /** What kind of failure, for counts. */
    public enum Kind {
        /** No connection, or it broke. */ CONNECTION,
        /** No whole answer within the time there was. */ TIMEOUT,
        /** An HTTP status other than 200. */ STATUS,
        /** An answer that the protocol or the model's signature does not allow. */ ANSWER,
        /** The server's policy is another one. */ OTHER_POLICY
    }

    private final Kind kind;

    /** @param message one line */
    public RemoteFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** @param message one line */
    public RemoteFailure(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What kind. */
    public Kind kind() {
        return kind;
    }

    static RemoteFailure answer(String message) {
        return new RemoteFailure(Kind.ANSWER, message);
    }
}
