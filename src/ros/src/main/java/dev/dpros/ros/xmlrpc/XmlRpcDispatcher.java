package dev.dpros.ros.xmlrpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a request body into an answer body: parsing, the {@code system} methods, the handler, faults. Thread-safe. */
final class XmlRpcDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(XmlRpcDispatcher.class);
    private static final String MULTICALL = "system.multicall";
    private static final String LIST_METHODS = "system.listMethods";
    private static final int FAULT = 1;

    private final XmlRpcHandler handler;

    XmlRpcDispatcher(XmlRpcHandler handler) {
        this.handler = handler;
    }

    /** Never throws for bad input: what goes wrong is answered as a fault. */
    byte[] answer(byte[] request) {
        try {
            XmlRpcReader.Call call = XmlRpcReader.readCall(request);
            Object value = call.method().equals(MULTICALL) ? multicall(call.params()) : dispatch(call);
            return XmlRpcWriter.response(value);
        } catch (XmlRpcFaultException e) {
            return XmlRpcWriter.fault(e.code(), e.reason());
        } catch (XmlRpcFormatException e) {
            return XmlRpcWriter.fault(FAULT, "bad request: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("XML-RPC handler failed", e);
            return XmlRpcWriter.fault(FAULT, "internal error: " + e);
        }
    }

    private Object dispatch(XmlRpcReader.Call call) throws XmlRpcFaultException {
        if (call.method().equals(LIST_METHODS)) {
            TreeSet<String> names = new TreeSet<>(handler.methodNames());
            names.add(MULTICALL);
            names.add(LIST_METHODS);
            return List.copyOf(names);
        }
        return handler.handle(call.method(), call.params());
    }

    private List<Object> multicall(List<Object> params) throws XmlRpcFaultException {
        if (params.size() != 1 || !(params.get(0) instanceof List<?> calls)) {
            throw new XmlRpcFaultException(FAULT, MULTICALL + " takes one array of calls");
        }
        List<Object> answers = new ArrayList<>(calls.size());
        for (Object call : calls) {
            answers.add(oneOfMany(call));
        }
        return answers;
    }

    private Object oneOfMany(Object entry) {
        try {
            if (!(entry instanceof Map<?, ?> struct) || !(struct.get("methodName") instanceof String method)
                    || !(struct.get("params") instanceof List<?> params)) {
                throw new XmlRpcFaultException(FAULT, "a call needs methodName and params");
            }
            if (method.equals(MULTICALL)) {
                throw new XmlRpcFaultException(FAULT, "recursive " + MULTICALL + " is refused");
            }
            return List.of(dispatch(new XmlRpcReader.Call(method, new ArrayList<>(params))));
        } catch (XmlRpcFaultException e) {
            return XmlRpcWriter.faultStruct(e.code(), e.reason());
        } catch (RuntimeException e) {
            LOG.warn("XML-RPC handler failed", e);
            return XmlRpcWriter.faultStruct(FAULT, "internal error: " + e);
        }
    }
}
