package dev.dpros.ros.master;

import dev.dpros.ros.master.Registrations.Registrant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All nodes and what each has registered. A node is known while it has any registration. A second node with the name of
 * a known one replaces it: the first is told to shut down and loses every registration. Confined to the master's lock.
 */
final class NodeRegistry {
    private static final String REPLACED = "new node registered with same name";

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<Kind, Registrations> registrations = new EnumMap<>(Kind.class);
    private final Map<String, Registrant> serviceUris = new HashMap<>();
    private final NodeCallbacks callbacks;
    private boolean hadService;

    NodeRegistry(NodeCallbacks callbacks) {
        this.callbacks = callbacks;
        for (Kind kind : Kind.values()) {
            registrations.put(kind, new Registrations());
        }
    }

    /** What can be registered. */
    public enum Kind { PUBLISHER, SUBSCRIBER, SERVICE, PARAMETER_SUBSCRIBER }

    private static final class Node {
        private final String api;
        private final Map<Kind, Set<String>> keys = new EnumMap<>(Kind.class);

        private Node(String api) {
            this.api = api;
            for (Kind kind : Kind.values()) {
                keys.put(kind, new LinkedHashSet<>());
            }
        }

        /** Its keys of a kind; every kind is there. */
        private Set<String> of(Kind kind) {
            return Objects.requireNonNull(keys.get(kind));
        }

        private boolean isEmpty() {
            return keys.values().stream().allMatch(Set::isEmpty);
        }
    }

    Registrations of(Kind kind) {
        return Objects.requireNonNull(registrations.get(kind));
    }

    /** The URI of a node's slave API, or null. */
    @Nullable String apiOf(String callerId) {
        Node node = nodes.get(callerId);
        return node == null ? null : node.api;
    }

    /** The rosrpc URI of a service, or null. */
    @Nullable String serviceUri(String service) {
        Registrant provider = serviceUris.get(service);
        return provider == null ? null : provider.api();
    }

    void register(Kind kind, String key, String callerId, String api) {
        node(callerId, api).of(kind).add(key);
        of(kind).add(key, new Registrant(callerId, api));
    }

    /** The last registration of a service wins; the earlier provider is not told. */
    void registerService(String service, String callerId, String api, String serviceUri) {
        node(callerId, api).of(Kind.SERVICE).add(service);
        of(Kind.SERVICE).set(service, new Registrant(callerId, api));
        serviceUris.put(service, new Registrant(callerId, serviceUri));
        hadService = true;
    }

    ApiAnswer unregister(Kind kind, String key, String callerId, String api) {
        Node node = nodes.get(callerId);
        if (node == null) {
            return unknown(callerId);
        }
        if (!of(kind).remove(key, new Registrant(callerId, api))) {
            return ApiAnswer.success("[" + callerId + "] is not a known provider of [" + key + "]", 0);
        }
        return removed(node, kind, key, callerId);
    }

    ApiAnswer unregisterService(String service, String callerId, String serviceUri) {
        Node node = nodes.get(callerId);
        if (node == null) {
            return unknown(callerId);
        }
        if (!hadService) {
            return ApiAnswer.success("[" + callerId + "] is not a provider of [" + service + "]", 0);
        }
        if (!new Registrant(callerId, serviceUri).equals(serviceUris.get(service))) {
            return ApiAnswer.success(
                    "[" + serviceUri + "] is no longer the current service api handle for [" + service + "]", 0);
        }
        serviceUris.remove(service);
        of(Kind.SERVICE).removeKey(service);
        return removed(node, Kind.SERVICE, service, callerId);
    }

    private ApiAnswer removed(Node node, Kind kind, String key, String callerId) {
        node.of(kind).remove(key);
        if (node.isEmpty()) {
            nodes.remove(callerId);
        }
        return ApiAnswer.success("Unregistered [" + callerId + "] as provider of [" + key + "]", 1);
    }

    private static ApiAnswer unknown(String callerId) {
        return ApiAnswer.success("[" + callerId + "] is not a registered node", 0);
    }

    private Node node(String callerId, String api) {
        Node known = nodes.get(callerId);
        if (known != null && known.api.equals(api)) {
            return known;
        }
        if (known != null) {
            callbacks.shutdown(known.api, "[" + callerId + "] Reason: " + REPLACED);
            registrations.values().forEach(registration -> registration.removeAllOf(callerId));
            serviceUris.values().removeIf(provider -> provider.callerId().equals(callerId));
        }
        Node node = new Node(api);
        nodes.put(callerId, node);
        return node;
    }
}
