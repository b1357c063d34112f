package dev.dpros.ros.master;

import dev.dpros.ros.master.NodeRegistry.Kind;
import dev.dpros.ros.master.Registrations.Registrant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Parameter Server API over a {@link ParameterTree}; keys resolve against the caller. Confined to the master's lock. */
final class ParameterServer {
    private final ParameterTree tree = new ParameterTree();
    private final NodeRegistry nodes;
    private final NodeCallbacks callbacks;
    private final Object lock;

    /**
     * A server without parameters.
     *
     * @param lock the master's lock, taken when a callback thread unsubscribes a node
     */
    ParameterServer(NodeRegistry nodes, NodeCallbacks callbacks, Object lock) {
        this.nodes = nodes;
        this.callbacks = callbacks;
        this.lock = lock;
    }

    ApiAnswer set(String callerId, String givenKey, Object value) throws InvalidArgumentException {
        String key = GraphNames.resolve(givenKey, callerId);
        tree.set(key, value);
        notifySubscribers(GraphNames.canonicalNamespace(key), value, callerId);
        return ApiAnswer.success("parameter " + key + " set", 0);
    }

    ApiAnswer delete(String callerId, String givenKey) {
        String key = GraphNames.resolve(givenKey, callerId);
        if (!tree.delete(key)) {
            return ApiAnswer.error("parameter [" + key + "] is not set", 0);
        }
        notifySubscribers(GraphNames.canonicalNamespace(key), Map.of(), null);
        return ApiAnswer.success("parameter " + key + " deleted", 0);
    }

    ApiAnswer get(String callerId, String givenKey) {
        String key = GraphNames.resolve(givenKey, callerId);
        Object value = tree.get(key);
        return value == null
                ? ApiAnswer.error("Parameter [" + key + "] is not set", 0)
                : ApiAnswer.success("Parameter [" + key + "]", value);
    }

    ApiAnswer has(String callerId, String givenKey) {
        String key = GraphNames.resolve(givenKey, callerId);
        return ApiAnswer.success(key, tree.get(key) != null);
    }

    ApiAnswer names() {
        return ApiAnswer.success("Parameter names", tree.names());
    }

    ApiAnswer search(String callerId, String key) {
        if (GraphNames.isPrivate(key)) {
            return ApiAnswer.failure("Internal failure: invalid key", 0);
        }
        if (!GraphNames.isGlobal(callerId)) {
            return ApiAnswer.failure("Internal failure: namespace must be global", 0);
        }
        String found = tree.search(callerId, key);
        return found == null
                ? ApiAnswer.error("Cannot find parameter [" + key + "] in an upwards search", "")
                : ApiAnswer.success("Found [" + found + "]", found);
    }

    ApiAnswer subscribe(String callerId, String api, String givenKey) {
        String key = GraphNames.resolve(givenKey, callerId);
        Object value = tree.get(key);
        nodes.register(Kind.PARAMETER_SUBSCRIBER, GraphNames.canonicalNamespace(key), callerId, api);
        return ApiAnswer.success("Subscribed to parameter [" + key + "]", value == null ? Map.of() : value);
    }

    ApiAnswer unsubscribe(String callerId, String api, String givenKey) {
        String key = GraphNames.resolve(givenKey, callerId);
        nodes.unregister(Kind.PARAMETER_SUBSCRIBER, GraphNames.canonicalNamespace(key), callerId, api);
        return ApiAnswer.success("Unsubscribe to parameter [" + key + "]", 1);
    }

    /**
     * Notifies whoever watches the key, a namespace around it, a key that was set with it, or one below it that vanished.
     *
     * @param key with trailing slash
     * @param setter the node that is not told what it set itself in a watched namespace; null for none
     */
    private void notifySubscribers(String key, Object value, @Nullable String setter) {
        Registrations watchers = nodes.of(Kind.PARAMETER_SUBSCRIBER);
        if (watchers.keys().isEmpty()) {
            return;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        collectMembers(key, value, members);
        for (String watched : watchers.keys()) {
            if (key.startsWith(watched)) {
                send(watchers.of(watched), watched, key, value, setter);
            } else if (value instanceof Map<?, ?> && watched.startsWith(key) && !members.containsKey(watched)) {
                send(watchers.of(watched), watched, watched, Map.of(), null);
            }
        }
        members.forEach((member, set) -> send(watchers.of(member), member, member, set, null));
    }

    private static void collectMembers(String key, Object value, Map<String, Object> members) {
        if (value instanceof Map<?, ?>) {
            ParameterTree.castMap(value).forEach((name, member) -> {
                String full = GraphNames.join(key, name) + "/";
                members.put(full, member);
                collectMembers(full, member, members);
            });
        }
    }

    private void send(List<Registrant> registrants, String watched, String key, Object value, @Nullable String setter) {
        for (Registrant node : registrants) {
            if (!node.callerId().equals(setter)) {
                callbacks.paramUpdate(node.api(), key, value, () -> {
                    synchronized (lock) {
                        nodes.unregister(Kind.PARAMETER_SUBSCRIBER, watched, node.callerId(), node.api());
                    }
                });
            }
        }
    }
}
