package dev.dpros.ros.master;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who publishes, subscribes or watches what, in order of registration. Confined to the master's lock. */
final class Registrations {
    private final Map<String, List<Registrant>> byKey = new LinkedHashMap<>();

    /**
     * A registered node.
     *
     * @param callerId node name
     * @param api URI of its slave API
     */
    record Registrant(String callerId, String api) { }

    Set<String> keys() {
        return byKey.keySet();
    }

    List<Registrant> of(String key) {
        return byKey.getOrDefault(key, List.of());
    }

    List<String> apisOf(String key) {
        return of(key).stream().map(Registrant::api).toList();
    }

    void add(String key, Registrant registrant) {
        List<Registrant> registrants = byKey.computeIfAbsent(key, k -> new ArrayList<>());
        if (!registrants.contains(registrant)) {
            registrants.add(registrant);
        }
    }

    /** Replaces everybody registered for the key. */
    void set(String key, Registrant registrant) {
        byKey.put(key, new ArrayList<>(List.of(registrant)));
    }

    /** Returns false if it was not registered. */
    boolean remove(String key, Registrant registrant) {
        List<Registrant> registrants = byKey.get(key);
        if (registrants == null || !registrants.remove(registrant)) {
            return false;
        }
        if (registrants.isEmpty()) {
            byKey.remove(key);
        }
        return true;
    }

    void removeKey(String key) {
        byKey.remove(key);
    }

    void removeAllOf(String callerId) {
        byKey.values().forEach(list -> list.removeIf(registrant -> registrant.callerId().equals(callerId)));
        byKey.values().removeIf(List::isEmpty);
    }

    /** {@code [[key, [callerId...]]...]}, the form of getSystemState. */
    List<Object> state() {
        List<Object> state = new ArrayList<>(byKey.size());
        byKey.forEach((key, list) -> state.add(List.of(key, list.stream().map(Registrant::callerId).toList())));
        return state;
    }
}
