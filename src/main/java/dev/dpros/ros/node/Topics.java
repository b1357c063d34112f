package dev.dpros.ros.node;

import dev.dpros.ros.tcpros.TopicSubscriber;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The subscribed topics of a node, with the publishers that the master lists. Any thread. */
final class Topics {
    /** One topic; several subscriptions of it share one registration. */
    private static final class Entry {
        private final List<TopicSubscriber> subscribers = new CopyOnWriteArrayList<>();
        private volatile Set<URI> publishers = Set.of();
        private volatile int updates;
    }

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private volatile boolean masterRestarted;

    /** From now on connections that stand are kept although a master that has forgotten them does not list them. */
    void masterRestarted() {
        masterRestarted = true;
    }

    /** Adds a subscription; true if the topic is new and must be registered. */
    synchronized boolean add(TopicSubscriber subscriber) {
        Entry entry = entries.computeIfAbsent(subscriber.topic(), any -> new Entry());
        entry.subscribers.add(subscriber);
        subscriber.setPublishers(entry.publishers, masterRestarted);
        return entry.subscribers.size() == 1;
    }

    /** Removes a subscription; true if it was the last of its topic. */
    synchronized boolean remove(TopicSubscriber subscriber) {
        Entry entry = entries.get(subscriber.topic());
        if (entry == null || !entry.subscribers.remove(subscriber)) {
            return false;
        }
        if (entry.subscribers.isEmpty()) {
            entries.remove(subscriber.topic());
            return true;
        }
        return false;
    }

    /** Registers one topic and connects to the publishers that the master answers with. */
    void register(String topic, MasterClient master, URI slaveUri) throws XmlRpcException, MasterClient.RefusedException {
        Entry entry = entries.get(topic);
        if (entry == null) {
            return;
        }
        int before = entry.updates;
        String type = entry.subscribers.get(0).type();
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
        entry.publishers = uris;
        for (TopicSubscriber subscriber : entry.subscribers) {
            subscriber.setPublishers(uris, masterRestarted);
        }
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

    /** All subscriptions. */
    List<TopicSubscriber> all() {
        List<TopicSubscriber> all = new ArrayList<>();
        entries.values().forEach(entry -> all.addAll(entry.subscribers));
        return all;
    }
}
