package dev.dpros.node.outputs;

import dev.dpros.config.ActionLayout;
import dev.dpros.config.ActionSection;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.OutputConfig;
import dev.dpros.control.WiredOutput;
import dev.dpros.core.CommandSink;
import dev.dpros.core.Transport;
import dev.dpros.process.Owned;
import dev.dpros.safety.SafetyFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A node's outputs towards its robot, one for each entry of the configuration, in its order. Closed by its owner. */
public final class RobotOutputs implements AutoCloseable {
    private final ActionLayout layout;
    private final List<OutputConfig> configs;
    private final List<SafetyFilter> filters;
    private final List<RobotOutput> all = new ArrayList<>();
    private final Owned owned = new Owned();

    /**
     * Advertises, or looks for the servers.
     *
     * @param filters of the outputs, in their order
     * @throws dev.dpros.core.InputException if commands of an output cannot be sent as its type
     */
    public RobotOutputs(Transport transport, ActionLayout layout, ControlConfig control, List<SafetyFilter> filters) {
        this.layout = layout;
        this.filters = List.copyOf(filters);
        configs = control.allOutputs();
        try {
            for (int i = 0; i < configs.size(); i++) {
                all.add(owned.own(open(transport, layout.entries().get(i), layout.key(i), control, filters.get(i).frameCapacity())));
            }
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private static RobotOutput open(Transport transport, ActionSection action, String key, ControlConfig control, int framePoints) {
        return action.server() ? GoalOutputs.open(transport, action, key, control, framePoints)
                : new CommandOutput(transport, action, key, control, framePoints);
    }

    /** They, for counts. */
    public List<RobotOutput> all() {
        return List.copyOf(all);
    }

    /** They as the loop takes them. @param around something around each sink, such as observers */
    public List<WiredOutput> wired(UnaryOperator<CommandSink> around) {
        List<WiredOutput> wired = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            wired.add(new WiredOutput(configs.get(i), filters.get(i), around.apply(all.get(i))));
        }
        return List.copyOf(wired);
    }

    /** Why the output that takes a dimension is lost, with its name; empty if there is nothing to say. */
    public String lostText(int dim) {
        RobotOutput output = all.get(layout.entryOf(dim));
        String why = output.lostText();
        return why.isEmpty() ? output.topic() : output.topic() + ": " + why;
    }

    /** The first action that cannot be sent goals, and why; null if all can. */
    public @Nullable String missing() {
        for (RobotOutput output : all) {
            String why = output.missing();
            if (why != null) {
                return output.topic() + ": " + why;
            }
        }
        return null;
    }

    /** The node is ended from outside. */
    public void leave() {
        all.forEach(RobotOutput::leave);
    }

    /** Messages sent, of all. */
    public long sent() {
        return all.stream().mapToLong(RobotOutput::sent).sum();
    }

    /** Messages dropped, of all. */
    public long dropped() {
        return all.stream().mapToLong(RobotOutput::dropped).sum();
    }

    /** Who dropped messages, of all. Allocates. */
    public Map<String, Long> droppedBy() {
        Map<String, Long> drops = new TreeMap<>();
        all.forEach(output -> output.droppedBy().forEach((node, count) -> drops.merge(node, count, Long::sum)));
        return drops;
    }

    @Override
    public void close() {
        owned.close();
    }
}
