package dev.dpros.ros.xmlrpc;

import java.util.List;

/** What an {@link XmlRpcServer} serves. Called from several server threads at once. */
public interface XmlRpcHandler {
    /**
     * Executes one call.
     *
     * @param method method name as sent
     * @param params parameters: Boolean, Integer, Double, String, byte[], LocalDateTime, List, Map, or null for nil
     * @return the value to send back, of the same types except null
     * @throws XmlRpcFaultException to answer with that fault; {@link #unknownMethod} makes the usual one
     */
    Object handle(String method, List<Object> params) throws XmlRpcFaultException;

    /** Names of the served methods, for {@code system.listMethods}. */
    default List<String> methodNames() {
        return List.of();
    }

    /** The fault for a method that is not served, worded as Python's servers do. */
    static XmlRpcFaultException unknownMethod(String method) {
        return new XmlRpcFaultException(1, "<class 'Exception'>:method \"" + method + "\" is not supported");
    }
}
