package dev.dpros.ros.master;

import dev.dpros.ros.master.NodeRegistry.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Topics, services and nodes of the Master API. Confined to the master's lock. */
final class TopicGraph {
    private final NodeRegistry nodes;
    private final NodeCallbacks callbacks;
    private final Map<String, String> types = new LinkedHashMap<>();

    TopicGraph(NodeRegistry nodes, NodeCallbacks callbacks) {
        this.nodes = nodes;
        this.callbacks = callbacks;
    }

    /** A known type is replaced by any other than {@code *}. Every subscriber is told, also of a repetition. */
    ApiAnswer registerPublisher(String callerId, String topic, String type, String api) {
        nodes.register(Kind.PUBLISHER, topic, callerId, api);
        if (!type.equals(ArgumentRule.ANY_TYPE) || !types.containsKey(topic)) {
            types.put(topic, type);
        }
        notifySubscribers(topic);
        return ApiAnswer.success("Registered [" + callerId + "] as publisher of [" + topic + "]",
                nodes.of(Kind.SUBSCRIBER).apisOf(topic));
    }

    ApiAnswer unregisterPublisher(String callerId, String topic, String api) {
        ApiAnswer answer = nodes.unregister(Kind.PUBLISHER, topic, callerId, api);
        if (answer.value().equals(1)) {
            notifySubscribers(topic);
        }
        return answer;
    }

    /** A subscriber gives a topic its type only if it has none yet. */
    ApiAnswer registerSubscriber(String callerId, String topic, String type, String api) {
        nodes.register(Kind.SUBSCRIBER, topic, callerId, api);
        if (!type.equals(ArgumentRule.ANY_TYPE)) {
            types.putIfAbsent(topic, type);
        }
        return ApiAnswer.success("Subscribed to [" + topic + "]", nodes.of(Kind.PUBLISHER).apisOf(topic));
    }

    ApiAnswer unregisterSubscriber(String callerId, String topic, String api) {
        return nodes.unregister(Kind.SUBSCRIBER, topic, callerId, api);
    }

    ApiAnswer registerService(String callerId, String service, String serviceUri, String api) {
        nodes.registerService(service, callerId, api, serviceUri);
        return ApiAnswer.success("Registered [" + callerId + "] as provider of [" + service + "]", 1);
    }

    ApiAnswer unregisterService(String callerId, String service, String serviceUri) {
        return nodes.unregisterService(service, callerId, serviceUri);
    }

    ApiAnswer lookupService(String service) {
        String uri = nodes.serviceUri(service);
        return uri == null ? ApiAnswer.error("no provider", "") : ApiAnswer.success("rosrpc URI: [" + uri + "]", uri);
    }

    ApiAnswer lookupNode(String node) {
        String api = nodes.apiOf(node);
        return api == null ? ApiAnswer.error("unknown node [" + node + "]", "") : ApiAnswer.success("node api", api);
    }

    ApiAnswer publishedTopics(String subgraph) {
        String prefix = subgraph.isEmpty() || subgraph.endsWith("/") ? subgraph : subgraph + "/";
        List<Object> topics = new ArrayList<>();
        for (String topic : nodes.of(Kind.PUBLISHER).keys()) {
            if (topic.startsWith(prefix)) {
                topics.add(List.of(topic, types.get(topic)));
            }
        }
        return ApiAnswer.success("current topics", topics);
    }

    ApiAnswer topicTypes() {
        List<Object> pairs = new ArrayList<>(types.size());
        types.forEach((topic, type) -> pairs.add(List.of(topic, type)));
        return ApiAnswer.success("current system state", pairs);
    }

    ApiAnswer systemState() {
        return ApiAnswer.success("current system state", List.of(nodes.of(Kind.PUBLISHER).state(),
                nodes.of(Kind.SUBSCRIBER).state(), nodes.of(Kind.SERVICE).state()));
    }

    private void notifySubscribers(String topic) {
        List<String> publishers = nodes.of(Kind.PUBLISHER).apisOf(topic);
        for (String subscriber : nodes.of(Kind.SUBSCRIBER).apisOf(topic)) {
            callbacks.publisherUpdate(subscriber, topic, publishers);
        }
    }
}
