package dev.dpros.ros.master;

import java.util.Collection;
import java.util.Map;

/** Checks one argument of an API call and returns its canonical form. Messages are rosmaster's, since tools show them. */
interface ArgumentRule {
    /** The type that matches every type. */
    String ANY_TYPE = "*";

    /**
     * Checks and canonicalises.
     *
     * @throws InvalidArgumentException with the message for the caller
     */
    Object check(Object value, String callerId) throws InvalidArgumentException;

    /** Anything. */
    static ArgumentRule any() {
        return (value, callerId) -> value;
    }

    /** Anything but nil. */
    static ArgumentRule present(String name) {
        return (value, callerId) -> {
            require(value != null, name, "must be specified");
            return value;
        };
    }

    /** A non-empty string. */
    static ArgumentRule text(String name) {
        return (value, callerId) -> {
            require(!isEmpty(value), name, "must be specified and non-empty");
            require(value instanceof String, name, "must be a string");
            return value;
        };
    }

    /** The URI of a node or of a service. */
    static ArgumentRule api(String name) {
        return (value, callerId) -> {
            require(value instanceof String text && !text.isEmpty(), name, "is not an XMLRPC URI");
            String uri = (String) value;
            require(uri.startsWith("http://") || uri.startsWith("rosrpc://"), name, "is not an RPC URI");
            return uri;
        };
    }

    /** A graph name, resolved against the caller. */
    static ArgumentRule name(String name) {
        return (value, callerId) -> {
            require(value instanceof String text && !text.isEmpty(), name, "must be a non-empty string");
            String given = (String) value;
            require(given.indexOf(':') < 0 && given.indexOf(' ') < 0, name, "contains illegal chars");
            return GraphNames.resolve(given, callerId);
        };
    }

    /** A graph name other than the root: a topic or a service. */
    static ArgumentRule nameBelowRoot(String name) {
        return (value, callerId) -> {
            Object resolved = name(name).check(value, callerId);
            require(!value.equals(GraphNames.ROOT), name, "cannot be the global namespace");
            return resolved;
        };
    }

    /** A namespace, resolved against the caller, or the empty string. */
    static ArgumentRule nameOrEmpty(String name) {
        return (value, callerId) -> {
            require(value instanceof String, name, "must be a string");
            String given = (String) value;
            return given.isEmpty() ? given : GraphNames.resolve(given, callerId);
        };
    }

    /** A message type {@code package/Name}, or {@link #ANY_TYPE}. */
    static ArgumentRule type(String name) {
        return (value, callerId) -> {
            require(value instanceof String text && !text.isEmpty(), name, "must be a non-empty string");
            String given = (String) value;
            boolean oneSlash = given.indexOf('/') >= 0 && given.indexOf('/') == given.lastIndexOf('/');
            require(oneSlash || given.equals(ANY_TYPE), name, "is not a valid package resource name");
            return given;
        };
    }

    private static void require(boolean condition, String name, String problem) throws InvalidArgumentException {
        if (!condition) {
            throw new InvalidArgumentException("ERROR: parameter [" + name + "] " + problem);
        }
    }

    /** What Python takes for false. */
    private static boolean isEmpty(Object value) {
        return value == null || value.equals("") || value.equals(0) || value.equals(false)
                || value instanceof Double number && number == 0
                || value instanceof Collection<?> list && list.isEmpty() || value instanceof Map<?, ?> map && map.isEmpty();
    }
}
