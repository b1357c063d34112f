package dev.dpros.ros2.node;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.Clock;
import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.TopicQos;
import dev.dpros.core.TopicTraffic;
import dev.dpros.core.Transport;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.ParticipantOptions;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.names.Ros2Names;
import dev.dpros.ros2.rtps.SocketOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
    /** The parameter that every node has: whether its time is that of {@code /clock}. */
    public static final String USE_SIM_TIME = "use_sim_time";
    private static final int SERVICE_WAIT_MS = 2_000;
    private static final int SERVICE_LIMIT_MS = 30_000;
    private static final long CLOCK_PERIOD_MS = 1000;
    private static final int LARGEST_EVENT = 1 << 20;

    private final Ros2NodeConfig config;
    private final Ros2Names names;
    private final Ros2Catalog catalog;
    private final Ros2Clock clock = new Ros2Clock();
    private final DomainParticipant participant;
    private final RosGraph graph = new RosGraph();
    private final GraphTopic graphTopic;
    private final NodeEndpoints endpoints;
    private final NodeTopics topics;
    private final NodeParameters parameters;
    private final OtherParameters others = new OtherParameters(this);
    private final Map<String, ServiceServer> services = new ConcurrentHashMap<>();
    private final Map<String, ActionServer> actions = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ScheduledExecutorService clockKeeper;
    private final Ros2Log log;
    private Subscription time;

    private Ros2Node(Ros2NodeConfig config) {
        this.config = config;
        names = new Ros2Names(config.namespace(), config.name(), config.arguments());
        clockKeeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "ros2-clock-" + config.name());
            thread.setDaemon(true);
            return thread;
        });
        catalog = Ros2Catalog.withAmentPrefixPath(config.amentPrefixPath());
        participant = DomainParticipant.open(config.domain(), new ParticipantOptions(names.node(), config.arguments().enclave(), clock.wall(),
                SocketOptions.DEFAULT));
        participant.listen(graph);
        graphTopic = new GraphTopic(participant, names, graph);
        endpoints = new NodeEndpoints(participant, graphTopic);
        topics = new NodeTopics(names.node(), endpoints, catalog, config.qos());
        log = new Ros2Log(names.node(), catalog.message("rcl_interfaces/Log"), clock, own("rt/rosout", "rcl_interfaces/Log", Ros2Log.QOS));
        parameters = new NodeParameters(names.node(), catalog.message("rcl_interfaces/ParameterEvent"), clock,
                own("rt/parameter_events", "rcl_interfaces/ParameterEvent", EndpointQos.of(true, Durability.VOLATILE, 100)));
    }

    private LocalWriter own(String topic, String type, EndpointQos qos) {
        Ros2Schema schema = catalog.message(type);
        return endpoints.writer(NodeEndpoints.spec(topic, schema, qos, ""), LARGEST_EVENT, NodeEndpoints.SAYING);
    }

    /**
     * Joins the domain: opens {@code /rosout}, {@code /parameter_events} and the parameter services, sets its parameters and,
     * with {@code use_sim_time}, follows {@code /clock}. Does not wait for others.
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
        clockKeeper.scheduleWithFixedDelay(clock::followWall, CLOCK_PERIOD_MS, CLOCK_PERIOD_MS, TimeUnit.MILLISECONDS);
        parameters.set(USE_SIM_TIME, false);
        parameters.settable(USE_SIM_TIME, value -> {
            useSimTime(Boolean.TRUE.equals(value));
            return null;
        });
        Map<String, Object> given = config.parameters() == null ? config.arguments().parametersOf(nodeName()) : config.parameters();
        given.forEach(parameters::set);
        useSimTime(Boolean.TRUE.equals(parameters.get(USE_SIM_TIME)));
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
                    EndpointQos.of(false, Durability.VOLATILE, 1), clock, ended -> { });
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

    @Override
    public boolean simulatedTime() {
        return clock.isSimulated();
    }

    @Override
    public MessageTypes messages() {
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

    @Override
    public String resolve(String topic) {
        return names.topic(slashed(topic));
    }

    /** {@code ~name}, as ROS 1 has it, is {@code ~/name} here. */
    private static String slashed(String name) {
        return name.length() > 1 && name.charAt(0) == '~' && name.charAt(1) != '/' ? "~/" + name.substring(1) : name;
    }

    @Override
    public boolean askQos(String topic, TopicQos qos) {
        topics.ask(resolve(topic), qos);
        return true;
    }

    @Override
    public Subscription subscribe(String topic, String type, MessageSlots slots) {
        return topics.subscribe(resolve(topic), type, clock.stamping(slots));
    }

    @Override
    public Publication advertise(String topic, String type, PublicationOptions options) {
        return topics.advertise(resolve(topic), type, options);
    }

    @Override
    public AutoCloseable advertiseService(String name, String type, Function<Map<String, Object>, Map<String, Object>> handler) {
        String full = names.service(slashed(name));
        if (services.containsKey(full)) {
            throw new InputException("service " + full + ": already offered by this node " + nodeName());
        }
        ServiceServer server = new ServiceServer(endpoints, full, catalog.service(type), ServiceServer.QOS, handler);
        services.put(full, server);
        return () -> {
            if (services.remove(full, server)) {
                server.close();
            }
        };
    }

    @Override
    public AutoCloseable advertiseAction(String name, String type, ActionGoals goals) {
        String full = names.service(slashed(name));
        if (actions.containsKey(full)) {
            throw new InputException("action " + full + ": already offered by this node " + nodeName());
        }
        ActionServer.Parts parts = new ActionServer.Parts(catalog.action(type), goals, catalog.service("action_msgs/CancelGoal"),
                catalog.message("action_msgs/GoalStatusArray"), clock);
        ActionServer server = new ActionServer(endpoints, full, parts, names::topic, names::service);
        actions.put(full, server);
        return () -> {
            if (actions.remove(full, server)) {
                server.close();
            }
        };
    }

    @Override
    public ActionClient actionClient(String name, String type) {
        ActionCaller.Types types = new ActionCaller.Types(catalog.action(type), catalog.service("action_msgs/CancelGoal"),
                catalog.message("action_msgs/GoalStatusArray"));
        return new ActionCaller(endpoints, names.service(slashed(name)), types, clock, names::topic, names::service);
    }

    @Override
    public boolean isServiceAvailable(String name, String type) {
        try (ServiceClient client = new ServiceClient(endpoints, names.service(slashed(name)), catalog.service(type))) {
            return client.await(SERVICE_WAIT_MS);
        }
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

    @Override
    public List<String> publishedTopics() {
        return topics.published();
    }

    @Override
    public Map<String, TopicInfo> topics() {
        return topics.all();
    }

    @Override
    public List<Finding> findings() {
        return participant.findings();
    }

    @Override
    public TopicTraffic traffic() {
        return topics.traffic();
    }

    /** Whether a name is relative, private, or global below this node: ROS 2 has no parameters but those of nodes. */
    private boolean isOwn(String name) {
        return !name.startsWith("/") || name.startsWith(nodeName() + "/");
    }

    @Override
    public Object getParameter(String name) {
        if (name.equals("~")) {
            return withoutTime(parameters.getPlain(name));
        }
        if (isOwn(name)) {
            return parameters.getPlain(name);
        }
        String owner = others.owner(name);
        return owner == null ? null : others.get(owner, name);
    }

    /** The node's own parameters are its configuration; {@code use_sim_time}, which every node of ROS 2 has, is none of it. */
    private static Object withoutTime(Object tree) {
        Map<Object, Object> own = tree instanceof Map<?, ?> all ? new LinkedHashMap<>(all) : new LinkedHashMap<>();
        own.remove(USE_SIM_TIME);
        return own.isEmpty() ? null : own;
    }

    /** Of this node, or of another that lets it; what is nobody's is not set. */
    @Override
    public void setParameter(String name, Object value) {
        if (isOwn(name)) {
            parameters.set(name, value);
            return;
        }
        String owner = others.owner(name);
        if (owner != null) {
            others.set(owner, name, value);
        }
    }

    @Override
    public void deleteParameter(String name) {
        if (!isOwn(name)) {
            throw new InputException("parameter " + name + " is not this node's: ROS 2 deletes none from outside");
        }
        parameters.delete(name);
    }

    @Override
    public void settable(String name, Function<Object, String> check) {
        parameters.settable(name, check);
    }

    /** On {@code /rosout}, unless the arguments forbid it. */
    @Override
    public void log(LogLine line) {
        if (config.arguments().rosout() && !closed.get()) {
            log.log(line);
        }
    }

    @Override
    public void onShutdown(Consumer<String> handler) {
        // nothing outside ends a node of ROS 2
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            services.values().forEach(ServiceServer::stop);
            actions.values().forEach(ActionServer::stop);
            graphTopic.close();
            participant.close();
            clockKeeper.shutdownNow();
        }
    }
}
