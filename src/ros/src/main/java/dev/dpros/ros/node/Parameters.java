package dev.dpros.ros.node;

import dev.dpros.core.InputException;
import dev.dpros.ros.names.GraphNames;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parameter server as seen by one node. Plain reads ask the master each time; watched parameters are cached and kept
 * current by the master's paramUpdate. Any thread; every call but {@link #cached} blocks on the network.
 */
final class Parameters {
    private final MasterClient master;
    private final GraphNames names;
    private final URI slaveUri;
    private final Map<String, Optional<Object>> cache = new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<Object>>> watchers = new ConcurrentHashMap<>();

    Parameters(MasterClient master, GraphNames names, URI slaveUri) {
        this.master = master;
        this.names = names;
        this.slaveUri = slaveUri;
    }

    /** The value now, or null if unset. */
    @Nullable Object get(String name) {
        try {
            return master.call("getParam", names.resolve(name));
        } catch (MasterClient.RefusedException e) {
            return null;
        } catch (XmlRpcException e) {
            throw MasterClient.unreachable(master.uri(), e);
        }
    }

    void set(String name, Object value) {
        String key = names.resolve(name);
        master.require("setParam", key, value);
        // the master does not notify the setter
        for (String watched : cache.keySet()) {
            if (overlap(watched, key)) {
                changed(watched, get(watched));
            }
        }
    }

    boolean has(String name) {
        return Boolean.TRUE.equals(master.require("hasParam", names.resolve(name)));
    }

    void delete(String name) {
        master.require("deleteParam", names.resolve(name));
    }

    /** The closest parameter of this relative name, from the node's namespace upwards, or null. */
    @Nullable String search(String name) {
        try {
            return String.valueOf(master.call("searchParam", name));
        } catch (MasterClient.RefusedException e) {
            return null;
        } catch (XmlRpcException e) {
            throw MasterClient.unreachable(master.uri(), e);
        }
    }

    List<String> names() {
        return master.require("getParamNames") instanceof List<?> list
                ? list.stream().map(String::valueOf).toList() : List.of();
    }

    /** The value as last notified, from the first call on without asking the master; null if unset. */
    @Nullable Object cached(String name) {
        String key = names.resolve(name);
        Optional<Object> known = cache.get(key);
        return known != null ? known.orElse(null) : subscribe(key);
    }

    /** Calls the watcher now and at each change, on a transport thread; null means unset. */
    void watch(String name, Consumer<@Nullable Object> watcher) {
        String key = names.resolve(name);
        watchers.computeIfAbsent(key, any -> new CopyOnWriteArrayList<>()).add(watcher);
        watcher.accept(cached(name));
    }

    private @Nullable Object subscribe(String key) {
        Object value = present(master.require("subscribeParam", slaveUri.toString(), key));
        cache.put(key, Optional.ofNullable(value));
        return value;
    }

    /** An unset parameter is reported as an empty struct. */
    private static @Nullable Object present(Object value) {
        return value instanceof Map<?, ?> map && map.isEmpty() ? null : value;
    }

    /** The master's notification. Runs on a thread of the slave API. */
    void update(String notified, Object value) {
        String key = notified.length() > 1 && notified.endsWith("/") ? notified.substring(0, notified.length() - 1)
                : notified;
        for (String watched : cache.keySet()) {
            if (watched.equals(key)) {
                changed(watched, present(value));
            } else if (overlap(watched, key)) {
                changed(watched, get(watched));
            }
        }
    }

    private static boolean overlap(String one, String other) {
        return one.equals(other) || one.startsWith(other + "/") || other.startsWith(one + "/")
                || one.equals("/") || other.equals("/");
    }

    private void changed(String key, @Nullable Object value) {
        cache.put(key, Optional.ofNullable(value));
        watchers.getOrDefault(key, List.of()).forEach(watcher -> watcher.accept(value));
    }

    /** Subscribes again to everything watched, after a restart of the master. */
    void subscribeAgain() {
        for (String key : cache.keySet()) {
            try {
                Object value = present(master.call("subscribeParam", slaveUri.toString(), key));
                // a fresh master has lost the parameters; what was known stays in force until somebody sets it
                if (value != null) {
                    changed(key, value);
                }
            } catch (XmlRpcException | MasterClient.RefusedException e) {
                throw new InputException("subscribeParam " + key + ": " + e.getMessage(), e);
            }
        }
    }

    void unsubscribe() throws XmlRpcException {
        for (String key : cache.keySet()) {
            try {
                master.call("unsubscribeParam", slaveUri.toString(), key);
            } catch (MasterClient.RefusedException e) {
                // it was not subscribed there: what we want
            }
        }
    }
}
