package dev.dpros.ros.xmlrpc;

import java.io.IOException;

/** A document that is not XML-RPC, or that exceeds a limit of {@link XmlRpcReader}. */
final class XmlRpcFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    XmlRpcFormatException(String message) {
        super(message);
    }

    XmlRpcFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
