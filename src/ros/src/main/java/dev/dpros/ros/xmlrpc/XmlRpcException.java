package dev.dpros.ros.xmlrpc;

import org.jspecify.annotations.Nullable;

/**
 * A call that did not return a value: either the peer answered with a fault ({@link XmlRpcFaultException}) or no usable
 * answer arrived ({@link XmlRpcTransportException}).
 */
public abstract class XmlRpcException extends Exception {
    private static final long serialVersionUID = 1L;

    XmlRpcException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
