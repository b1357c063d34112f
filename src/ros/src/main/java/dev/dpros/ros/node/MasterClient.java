package dev.dpros.ros.node;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import dev.dpros.ros.xmlrpc.XmlRpcFaultException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Calls the master, or another node's slave API, and unwraps {@code [code, message, value]}. Any thread; blocks. */
final class MasterClient {
    /** The peer answered, but not with success. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final URI uri;
    private final String callerId;
    private final XmlRpcClient client;

    MasterClient(URI uri, String callerId, Duration limit) {
        this.uri = uri;
        this.callerId = callerId;
        client = new XmlRpcClient(limit);
    }

    URI uri() {
        return uri;
    }

    /** The same peer with another time limit. */
    MasterClient within(Duration limit) {
        return new MasterClient(uri, callerId, limit);
    }

    /** Calls with the caller id as first parameter. */
    Object call(String method, Object... parameters) throws XmlRpcException, RefusedException {
        Object[] all = new Object[parameters.length + 1];
        all[0] = callerId;
        System.arraycopy(parameters, 0, all, 1, parameters.length);
        Object answer;
        try {
            answer = client.call(uri, method, all);
        } catch (XmlRpcFaultException e) {
            throw new RefusedException(ForeignText.printable(e.reason()));
        }
        if (!(answer instanceof List<?> list) || list.size() != 3 || !(list.get(0) instanceof Integer code)) {
            throw new RefusedException(method + ": expected [code, message, value], found " + ForeignText.printable(answer));
        }
        if (code != 1) {
            throw new RefusedException(ForeignText.printable(list.get(1)));
        }
        return list.get(2);
    }

    /** As {@link #call}, for what the user asked: any failure is an InputException that names the master. */
    Object require(String method, Object... parameters) {
        try {
            return call(method, parameters);
        } catch (XmlRpcException e) {
            throw unreachable(uri, e);
        } catch (RefusedException e) {
            throw new InputException("ROS master " + uri + ": " + method + ": " + e.getMessage(), e);
        }
    }

    static boolean answers(URI master) {
        try {
            new MasterClient(master, "/dpros", ANSWER_LIMIT).call("getPid");
            return true;
        } catch (XmlRpcException | RefusedException e) {
            return false;
        }
    }

    static InputException unreachable(URI uri, Exception cause) {
        return new InputException("ROS master " + uri + " cannot be reached (" + cause.getMessage()
                + "); start one with 'roscore', or set ROS_MASTER_URI to where it runs", cause);
    }
}
