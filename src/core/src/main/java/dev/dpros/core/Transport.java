package dev.dpros.core;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One node on a robot's middleware: the port behind which the project's own ROS 1 client, or another, stands.
 *
 * <p>Names are resolved as ROS does (relative, {@code ~private}, remapped). Methods may block on the network and
 * allocate; what runs per message is the {@link MessageSlots} and {@link Publication#publish} path, which does neither
 * once warm.
 */
public interface Transport extends AutoCloseable {
    /** Fully resolved node name, such as {@code /dpros}. */
    String nodeName();

    /** The global name behind a name, remaps applied. @throws InputException if the name is not legal */
    String resolve(String name);

    /** Stamp clock: wall, or {@code /clock} under {@code use_sim_time}. */
    Clock clock();

    /** Whether {@link #clock} follows {@code /clock}. */
    boolean simulatedTime();

    /** The message types that this node knows, and how they are read and written. */
    MessageTypes messages();

    /**
     * Asks for a quality of service on a topic: for all that this node publishes or subscribes there from now on.
     *
     * @param topic resolved as by {@link #subscribe}
     * @return false if this middleware knows no such thing; then nothing is asked
     * @throws InputException if the name is not legal
     */
    default boolean askQos(String topic, TopicQos qos) {
        return false;
    }

    /**
     * Subscribes; stays subscribed through restarts of publisher and master.
     *
     * @param type such as {@code sensor_msgs/Image} (so in every middleware), or {@code *} for whatever is published
     * @throws InputException if the topic is known to carry another type
     */
    Subscription subscribe(String topic, String type, MessageSlots slots);

    /** Advertises a topic of a packaged message type. */
    Publication advertise(String topic, String type, PublicationOptions options);

    /** Offers a service; requests and responses as field maps. The handler runs on a transport thread. */
    AutoCloseable advertiseService(String name, String type, Function<Map<String, Object>, Map<String, Object>> handler);

    /**
     * Offers an action in the way that the middleware's own clients of actions expect. Goals reach {@code goals} as field maps of the
     * action's goal, on threads of the transport; what comes of them is told under this name until it is closed.
     *
     * @param type {@code package/Name} of a packaged or installed action
     * @throws InputException if the type is not known or the name is taken
     */
    AutoCloseable advertiseAction(String name, String type, ActionGoals goals);

    /**
     * A client of an action that another node offers, in the way of the middleware. Sends nothing by itself.
     *
     * @param type {@code package/Name} of a packaged or installed action
     * @throws InputException if the type is not known, or the name is that of something else
     */
    ActionClient actionClient(String name, String type);

    /** Whether a node offers a service; blocks for a moment. @param type {@code package/Name} */
    boolean isServiceAvailable(String name, String type);

    /** Calls a service and waits for its answer. @throws InputException if it is not there or fails */
    Map<String, Object> callService(String name, String type, Map<String, Object> request);

    /** A parameter's value (Map, List, String, Integer, Double, Boolean), or null if unset; of {@code ~}, all of the node's own. */
    @Nullable Object getParameter(String name);

    /** Sets a parameter. */
    void setParameter(String name, Object value);

    /**
     * Lets others set a parameter of this node, also one that has no value yet. In ROS 1, whose master lets anybody, nothing to do.
     *
     * @param check takes the new value; returns why it is refused, or null
     */
    default void settable(String name, Function<Object, @Nullable String> check) {}

    /** Deletes a parameter and what is below it. @throws InputException if it is not set */
    void deleteParameter(String name);

    /** Names of all topics that are published, as far as that can be said now. May block for a second. */
    List<String> publishedTopics();

    /** All topics by full name, with who publishes and hears them, as far as that can be said now. May block for a second. */
    default Map<String, TopicInfo> topics() {
        Map<String, TopicInfo> found = new TreeMap<>();
        publishedTopics().forEach(name -> found.put(name, new TopicInfo("", 1, -1)));
        return found;
    }

    /** What can be said of the way to the other nodes: who is there, and what stands between. For a person; may block for a second. */
    default List<Finding> findings() {
        return List.of();
    }

    /** What the node's topics have carried so far. Any thread. */
    TopicTraffic traffic();

    /** Publishes one line where the middleware has its logs. Any thread. */
    void log(LogLine line);

    /** Runs once when the node is told to shut down from outside (master, name collision), with the reason. */
    void onShutdown(Consumer<String> handler);

    /** Unregisters everything and closes all connections; does not throw. */
    @Override
    void close();

    /**
     * How a topic is published.
     *
     * @param latched whether new subscribers get the last message
     * @param queueSize messages kept per subscriber that does not read; the oldest is dropped beyond
     */
    record PublicationOptions(boolean latched, int queueSize) {}

    /** How bad a line of the log is. */
    enum Severity { /** For developers. */ DEBUG, /** As it should be. */ INFO, /** To be looked at. */ WARN, /** Something failed. */ ERROR }

    /**
     * A line of the log.
     *
     * @param logger who says it
     * @param thread on which
     */
    record LogLine(Severity severity, String text, String logger, String thread) {}

    /** A live publication. One publishing thread at a time. */
    interface Publication extends AutoCloseable {
        /** Number of connected subscribers; volatile read. */
        int subscribers();

        /** Sends a message as {@link MessageTypes#writer} writes it (position to limit; copied before return). Neither blocks nor, once warm, allocates. */
        void publish(ByteBuffer message);

        /**
         * Sends a message that who subscribes within so many ns from now gets too, at once, though the topic is not latched.
         * A transport that cannot sends it to those who are there.
         */
        default void publish(ByteBuffer message, long newcomersNs) {
            publish(message);
        }

        /** Serializes a field map and sends it: for the slow path. */
        void publish(Map<String, Object> fields);

        /** Messages sent, summed over subscribers. */
        long sent();

        /** Messages dropped because a subscriber's queue was full. */
        long dropped();

        /**
         * The same by the subscriber's node, or its id where no node is known; without those that dropped none, and empty if a
         * transport cannot tell. Any thread; allocates.
         */
        default Map<String, Long> droppedBy() {
            return Map.of();
        }

        @Override
        void close();
    }

    /** A live subscription. */
    interface Subscription extends AutoCloseable {
        /** Number of connected publishers. */
        int publishers();

        /** The definition of what the last connected publisher sends, as {@link MessageTypes#parse} takes it; null if not known. */
        @Nullable String messageDefinition();

        /** The type that the last connected publisher sends, {@code package/Name}, or null. */
        @Nullable String messageType();

        /** Messages received. */
        long received();

        /** Messages refused: wrong length, malformed, or no slot. */
        long rejected();

        /** Messages that never came, as far as the middleware can tell; -1 if it cannot, as in ROS 1, whose headers are numbered. */
        default long lost() {
            return -1;
        }

        /** Publishers refused, with the reason (another type or definition), newest last; empty if none. */
        List<String> refusals();

        @Override
        void close();
    }
}
