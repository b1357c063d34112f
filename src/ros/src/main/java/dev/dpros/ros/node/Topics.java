package dev.dpros.ros.node;

import dev.dpros.ros.tcpros.TopicSubscriber;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The subscribed topics of a node, with the publishers that the master lists. Any thread. */
final class Topics {
    /** One topic; all subscriptions of it share one registration and its connections. */
    private static final class Entry {
        private final TopicSubscriber subscriber;
        private int subscriptions;
        private volatile int updates;

        private Entry(TopicSubscriber subscriber) {
            this.subscriber = subscriber;
        }
    }

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private volatile boolean masterRestarted;

    /** From now on connections that stand are kept although a master that has forgotten them does not list them. */
    void masterRestarted() {
        masterRestarted = true;
    }

    /** Counts one more subscription, which {@link #release} ends: the topic's connections, {@code fresh} if it is the first. */
    synchronized TopicSubscriber acquire(TopicSubscriber fresh) {
        Entry entry = entries.computeIfAbsent(fresh.topic(), any -> new Entry(fresh));
        entry.subscriptions++;
        return entry.subscriber;
    }

    /** Ends one subscription; true if it was the last of its topic. */
    synchronized boolean release(TopicSubscriber subscriber) {
        Entry entry = entries.get(subscriber.topic());
        if (entry == null || entry.subscriber != subscriber || --entry.subscriptions > 0) {
            return false;
        }
        entries.remove(subscriber.topic());
        return true;
    }

    /** Registers one topic and connects to the publishers that the master answers with. */
    void register(String topic, MasterClient master, URI slaveUri) throws XmlRpcException, MasterClient.RefusedException {
        Entry entry = entries.get(topic);
        if (entry == null) {
            return;
        }
        int before = entry.updates;
        String type = entry.subscriber.type();
        Object answer = master.call("registerSubscriber", topic, type, slaveUri.toString());
        synchronized (this) {
            // an update that arrived during the call is newer than the answer
            if (entry.updates == before) {
                set(entry, uris(answer));
            }
        }
    }

    /** The master's publisherUpdate. */
    synchronized void publisherUpdate(String topic, Object uris) {
        Entry entry = entries.get(topic);
        if (entry != null) {
            entry.updates = entry.updates + 1;
            set(entry, uris(uris));
        }
    }

    private void set(Entry entry, Set<URI> uris) {
        entry.subscriber.setPublishers(uris, masterRestarted);
    }

    private static Set<URI> uris(Object list) {
        Set<URI> uris = new LinkedHashSet<>();
        if (list instanceof Collection<?> items) {
            for (Object item : items) {
                try {
                    uris.add(URI.create(String.valueOf(item)));
                } catch (IllegalArgumentException e) {
                    // a registration that nobody can reach
                }
            }
        }
        return uris;
    }

    /** Resolved names of all subscribed topics. */
    Set<String> names() {
        return Set.copyOf(entries.keySet());
    }

    /** All subscribed topics. */
    List<TopicSubscriber> all() {
        return entries.values().stream().map(entry -> entry.subscriber).toList();
    }
}
