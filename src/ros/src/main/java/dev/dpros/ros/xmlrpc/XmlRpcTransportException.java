package dev.dpros.ros.xmlrpc;

import org.jspecify.annotations.Nullable;

/**
 * No usable answer: connection refused, timeout, connection closed, an answer that is not HTTP or not XML-RPC. Whether
 * the peer executed the call is unknown; it may be retried later.
 */
public final class XmlRpcTransportException extends XmlRpcException {
    private static final long serialVersionUID = 1L;

    /** Message is one line that names the peer. */
    public XmlRpcTransportException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
