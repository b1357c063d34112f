package dev.dpros.ros2.node;

import dev.dpros.core.Clock;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.message.Ros2Schema;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A node's parameters, and {@code /parameter_events}, where their changes are told. Any thread. */
final class NodeParameters {
    private final String node;
    private final Ros2Schema event;
    private final Clock clock;
    private final LocalWriter events;
    private final ParameterStore store = new ParameterStore(this::tell);

    NodeParameters(String node, Ros2Schema event, Clock clock, LocalWriter events) {
        this.node = node;
        this.event = event;
        this.clock = clock;
        this.events = events;
    }

    private synchronized void tell(ParameterStore.Change change) {
        Map<String, Object> parameter = ParameterValues.parameter(change.name(), change.value());
        events.writer().publish(event.encode(Map.of("stamp", clock.rosNs(), "node", node,
                change.fresh() ? "new_parameters" : "changed_parameters", List.of(parameter))));
    }

    /** Sets a parameter, or all of a tree. @param name dotted or with slashes, {@code ~} in front or not */
    void set(String name, Object value) {
        String dotted = dotted(name);
        if (value instanceof Map<?, ?> tree) {
            ParameterValues.flat(dotted, tree).forEach(store::set);
        } else {
            store.set(dotted, value);
        }
    }

    /** A value in its own form; null if it is not set. */
    Object get(String name) {
        return store.get(dotted(name));
    }

    /** A value, or the tree below the name, as Transport has them; null if it is not set. */
    Object getPlain(String name) {
        String dotted = dotted(name);
        Object value = store.get(dotted);
        return value == null ? store.tree(dotted) : ParameterValues.plain(value);
    }

    /** Removes a parameter and what is below it. @throws dev.dpros.core.InputException if there is none */
    void delete(String name) {
        store.delete(dotted(name));
    }

    /** {@code ~a/b}, {@code /node/a/b} and {@code a/b} are {@code a.b}. */
    private String dotted(String name) {
        String own = name.startsWith(node + "/") ? name.substring(node.length()) : name;
        return own.replaceAll("^[~/]+|/+$", "").replaceAll("/+", ".");
    }

    void settable(String name, Function<Object, String> check) {
        store.settable(dotted(name), check);
    }

    ParameterServices services() {
        return new ParameterServices(store);
    }
}
