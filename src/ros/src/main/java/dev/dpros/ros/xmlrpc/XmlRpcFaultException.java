package dev.dpros.ros.xmlrpc;

/** The peer was reached and answered with a fault. Retrying the same call does not help. */
public final class XmlRpcFaultException extends XmlRpcException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;

    /**
     * A fault received from a peer, or one that a handler wants to send.
     *
     * @param code the peer's faultCode
     * @param message the peer's faultString
     */
    public XmlRpcFaultException(int code, String message) {
        super(message, null);
        this.code = code;
        reason = message;
    }

    /** The faultString. */
    public String reason() {
        return reason;
    }

    /** The faultCode; its meaning is the peer's. */
    public int code() {
        return code;
    }
}
