package dev.dpros.ros2.node;

import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ParticipantOptions;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.names.Ros2Names;
import dev.dpros.ros2.rtps.SocketOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A ROS 2 node: the project's own client behind the {@link Transport} port. Thread-safe. Opening and closing allocate and
 * take a lock for a moment; publishing and receiving do not, once warm. Messages are CDR with their encapsulation.
 *
 * <p>Nothing outside ends the node: ROS 2 has no call for it, so that {@link #onShutdown} handlers never run.
 */
public final class Ros2Node implements Transport {
    private static final int SERVICE_WAIT_MS = 2_000;
    private static final int SERVICE_LIMIT_MS = 30_000;
    private static final int LARGEST_EVENT = 1 << 20;

    private final Ros2NodeConfig config;
    private final Ros2Names names;
    private final Ros2Catalog catalog;
    private final Ros2Clock clock = new Ros2Clock();
    private final DomainParticipant participant;
    private final RosGraph graph = new RosGraph();
    private final GraphTopic graphTopic;
    private final NodeEndpoints endpoints;
    private final NodeParameters parameters;
    private final Map<String, AutoCloseable> services = new ConcurrentHashMap<>();
    private final Set<String> topics = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Ros2Log log;
    private Ros2LogAppender appender;
    private Subscription time;

    private Ros2Node(Ros2NodeConfig config) {
        this.config = config;
        names = new Ros2Names(config.namespace(), config.name(), config.arguments());
        catalog = Ros2Catalog.withAmentPrefixPath(config.amentPrefixPath());
        participant = DomainParticipant.open(config.domain(), new ParticipantOptions(names.node(), config.arguments().enclave(), clock.wall(),
                SocketOptions.DEFAULT));
        participant.listen(graph);
        graphTopic = new GraphTopic(participant, names, graph);
        endpoints = new NodeEndpoints(participant, graphTopic);
        LocalWriter lines = endpoints.writer(NodeEndpoints.spec("rt/rosout", catalog.message("rcl_interfaces/Log"), Ros2Log.QOS, ""),
                LARGEST_EVENT, MatchListener.NONE);
        log = new Ros2Log(names.node(), catalog.message("rcl_interfaces/Log"), clock, lines);
        LocalWriter events = endpoints.writer(NodeEndpoints.spec("rt/parameter_events", catalog.message("rcl_interfaces/ParameterEvent"),
                EndpointQos.of(true, Durability.VOLATILE, 100), ""), LARGEST_EVENT, MatchListener.NONE);
        parameters = new NodeParameters(names.node(), catalog.message("rcl_interfaces/ParameterEvent"), clock, events);
    }

    /**
     * Joins the domain: opens {@code /rosout}, {@code /parameter_events} and the parameter services, sets the parameters of
     * the arguments and, with {@code use_sim_time}, follows {@code /clock}. Does not wait for others.
     *
     * @throws InputException if a name is not legal or no port of the domain can be had
     */
    public static Ros2Node open(Ros2NodeConfig config) {
        Ros2Node node = new Ros2Node(config);
        try {
            node.join();
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    private void join() {
        parameters.set("use_sim_time", false);
        parameters.settable("use_sim_time", value -> {
            useSimTime(Boolean.TRUE.equals(value));
            return null;
        });
        config.arguments().parametersOf(nodeName()).forEach(parameters::set);
        useSimTime(Boolean.TRUE.equals(parameters.get("use_sim_time")));
        ParameterServices answers = parameters.services();
        offer("describe_parameters", "DescribeParameters", answers::describe);
        offer("get_parameters", "GetParameters", answers::get);
        offer("get_parameter_types", "GetParameterTypes", answers::types);
        offer("list_parameters", "ListParameters", answers::list);
        offer("set_parameters", "SetParameters", answers::set);
        offer("set_parameters_atomically", "SetParametersAtomically", answers::setAtomically);
    }

    private void offer(String name, String type, Function<Map<String, Object>, Map<String, Object>> handler) {
        advertiseService("~/" + name, "rcl_interfaces/" + type, handler);
    }

    private synchronized void useSimTime(boolean on) {
        if (on && time == null) {
            time = new Ros2Subscription(endpoints, "/clock", catalog.message("rosgraph_msgs/Clock"),
                    EndpointQos.of(false, Durability.VOLATILE, 1), clock);
        }
        clock.setSimulated(on);
    }

    @Override
    public String nodeName() {
        return names.node();
    }

    @Override
    public Clock clock() {
        return clock;
    }

    /** The message types this node knows. */
    public Ros2Catalog catalog() {
        return catalog;
    }

    /** The participant in the domain. */
    public DomainParticipant participant() {
        return participant;
    }

    /** The nodes of the domain, this one included. */
    public RosGraph graph() {
        return graph;
    }

    /** The full name behind a topic's name, remaps included. @throws InputException if it is not legal */
    public String resolve(String topic) {
        return names.topic(slashed(topic));
    }

    /** {@code ~name}, as ROS 1 has it, is {@code ~/name} here. */
    private static String slashed(String name) {
        return name.length() > 1 && name.charAt(0) == '~' && name.charAt(1) != '/' ? "~/" + name.substring(1) : name;
    }

    @Override
    public Subscription subscribe(String topic, String type, MessageSlots slots) {
        String full = resolve(topic);
        Ros2Schema schema = type.equals("*") ? typeOf(full) : catalog.message(type);
        Ros2Subscription.requireType(endpoints, full, schema);
        return new Ros2Subscription(endpoints, full, schema, config.qos().get(full), slots);
    }

    /** The type that a topic is published with. */
    private Ros2Schema typeOf(String topic) {
        return participant.endpoints().stream()
                .filter(other -> other.isWriter() && other.topic().equals(DdsNames.topic(topic)))
                .map(EndpointData::type).map(DdsNames::rosType).filter(Objects::nonNull).map(catalog::message).findFirst()
                .orElseThrow(() -> new InputException("topic " + topic + ": nobody publishes it, so its type is not known; start its "
                        + "publisher first, or name the type"));
    }

    @Override
    public Publication advertise(String topic, String type, PublicationOptions options) {
        String full = resolve(topic);
        EndpointQos usual = options.latched() ? EndpointQos.LATCHED
                : EndpointQos.of(true, Durability.VOLATILE, Math.max(1, options.queueSize()));
        if (!topics.add(full)) {
            throw new InputException("topic " + full + ": already advertised by this node " + nodeName()
                    + "; advertise a topic once, or remap one of the names");
        }
        return new Ros2Publication(endpoints, full, catalog.message(type), config.qos().getOrDefault(full, usual), () -> topics.remove(full));
    }

    @Override
    public AutoCloseable advertiseService(String name, String type, Function<Map<String, Object>, Map<String, Object>> handler) {
        String full = names.service(slashed(name));
        if (services.containsKey(full)) {
            throw new InputException("service " + full + ": already offered by this node " + nodeName());
        }
        AutoCloseable server = new ServiceServer(endpoints, full, catalog.service(type), ServiceServer.QOS, handler);
        services.put(full, server);
        return () -> {
            if (services.remove(full, server)) {
                server.close();
            }
        };
    }

    @Override
    public Map<String, Object> callService(String name, String type, Map<String, Object> request) {
        String full = names.service(slashed(name));
        try (ServiceClient client = new ServiceClient(endpoints, full, catalog.service(type))) {
            if (!client.await(SERVICE_WAIT_MS)) {
                throw new InputException("service " + full + " is not offered by any node; check with: ros2 service list");
            }
            return client.call(request, SERVICE_LIMIT_MS);
        }
    }

    /** Names of all topics of ROS 2 that others publish, sorted. */
    public List<String> publishedTopics() {
        TreeSet<String> found = new TreeSet<>();
        participant.endpoints().stream().filter(EndpointData::isWriter).map(EndpointData::topic).map(DdsNames::rosTopic)
                .filter(Objects::nonNull).forEach(found::add);
        return List.copyOf(found);
    }

    @Override
    public Object getParameter(String name) {
        return parameters.getPlain(name);
    }

    @Override
    public void setParameter(String name, Object value) {
        parameters.set(name, value);
    }

    /** Lets others change a parameter. @param check takes the new value; returns why it is refused, or null once it is in force */
    public void settable(String name, Function<Object, String> check) {
        parameters.settable(name, check);
    }

    /** Publishes one line on /rosout. {@code level}: 10 debug, 20 info, 30 warn, 40 error, 50 fatal. */
    public void log(int level, String text) {
        log.log(level, text, "", "");
    }

    /** From now on what the program logs through SLF4J goes to /rosout too, unless the arguments forbid it. */
    public synchronized void bridgeLogging() {
        if (appender == null && config.arguments().rosout()) {
            appender = Ros2LogAppender.attach(log);
        }
    }

    @Override
    public void onShutdown(Consumer<String> handler) {
        // nothing outside ends a node of ROS 2
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (this) {
            if (appender != null) {
                appender.detach();
            }
        }
        graphTopic.close();
        participant.close();
    }
}
