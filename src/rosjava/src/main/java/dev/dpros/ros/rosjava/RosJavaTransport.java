package dev.dpros.ros.rosjava;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.SystemClock;
import dev.dpros.core.TopicTraffic;
import dev.dpros.core.TopicTraffic.Received;
import dev.dpros.core.TopicTraffic.Sent;
import dev.dpros.core.Transport;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.ActionlibClient;
import dev.dpros.ros.node.ActionlibServer;
import dev.dpros.ros.node.OutsideShutdown;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.ros.concurrent.DefaultScheduledExecutorService;
import org.ros.internal.node.client.MasterClient;
import org.ros.internal.node.client.ParameterClient;
import org.ros.internal.node.response.Response;
import org.ros.internal.node.response.StatusCode;
import org.ros.internal.node.server.NodeIdentifier;
import org.ros.master.client.TopicSystemState;
import org.ros.master.client.TopicType;
import org.ros.namespace.GraphName;
import org.ros.namespace.NameResolver;
import org.ros.node.ConnectedNode;
import org.ros.node.DefaultNodeFactory;
import org.ros.node.DefaultNodeListener;
import org.ros.node.Node;
import org.ros.node.NodeConfiguration;
import org.ros.node.parameter.ParameterTree;
import org.ros.node.topic.Publisher;

/**
 * A node of ROSJava behind the port. For graphs where ROSJava is the house standard: it allocates per message, does not survive a master's
 * restart, and does not tell when a publisher leaves or is refused (docs/ros.md compares the two). Thread-safe.
 */
public final class RosJavaTransport implements Transport {
    private static final long START_LIMIT_S = 10;
    private static final long WATCH_PERIOD_MS = 1_000; // each question to the master is a connection that ROSJava leaves open
    private static final long CLOSE_LIMIT_MS = 700;
    private static final int REGISTRATION_POLLS = 80;
    private static final long REGISTRATION_POLL_NS = 25_000_000;

    private final ScheduledExecutorService executor = new DefaultScheduledExecutorService();
    private final Map<RosJavaSubscription, String> waiting = new ConcurrentHashMap<>();
    private final Map<RosJavaSubscription, String> subscriptions = new ConcurrentHashMap<>();
    private final Map<RosJavaPublication, String> publications = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final OutsideShutdown shutdown = new OutsideShutdown(this::close);
    private final SystemClock wall = new SystemClock();
    private final Clock clock;
    private final SchemaCatalog catalog;
    private final MasterClient master;
    private final ConnectedNode node;
    private final ParameterClient parameters;
    private final RosJavaServices services;
    private final RosJavaLog log;

    private RosJavaTransport(RosNodeConfig config) {
        catalog = SchemaCatalog.withRosPackagePath(config.packagePath());
        master = new MasterClient(config.masterUri());
        NodeConfiguration configuration = config.host() == null ? NodeConfiguration.newPrivate(config.masterUri())
                : NodeConfiguration.newPublic(config.host(), config.masterUri());
        configuration.setNodeName(config.name());
        Map<GraphName, GraphName> remaps = new HashMap<>();
        config.remaps().forEach((from, to) -> remaps.put(GraphName.of(from), GraphName.of(to)));
        configuration.setParentResolver(NameResolver.newFromNamespaceAndRemappings(config.namespace(), remaps));
        RawMessages.install(configuration, catalog);
        node = start(configuration, config.masterUri());
        parameters = new ParameterClient(new NodeIdentifier(node.getName(), node.getUri()), node.getMasterUri());
        services = new RosJavaServices(node, master);
        log = new RosJavaLog(node);
        clock = Boolean.TRUE.equals(getParameter("/use_sim_time")) ? new SimulatedClock() : wall;
    }

    /**
     * Joins the graph.
     *
     * @throws InputException if the master cannot be reached
     */
    public static RosJavaTransport connect(RosNodeConfig config) {
        RosJavaTransport transport = new RosJavaTransport(config);
        config.privateParameters().forEach((name, value) -> transport.setParameter("~" + name, value));
        transport.executor.scheduleWithFixedDelay(transport::watch, WATCH_PERIOD_MS, WATCH_PERIOD_MS, TimeUnit.MILLISECONDS);
        return transport;
    }

    private ConnectedNode start(NodeConfiguration configuration, URI masterUri) {
        CompletableFuture<ConnectedNode> started = new CompletableFuture<>();
        Node starting = new DefaultNodeFactory(executor).newNode(configuration, List.of(new DefaultNodeListener() {
            @Override
            public void onStart(ConnectedNode connected) {
                started.complete(connected);
            }

            @Override
            public void onError(Node failed, Throwable error) {
                started.completeExceptionally(error);
            }
        }));
        try {
            return started.get(START_LIMIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            starting.shutdown();
            executor.shutdownNow();
            throw new InputException("ROS master " + masterUri + " cannot be reached; start one (dpros master, roscore) or set "
                    + "ROS_MASTER_URI", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException("interrupted while joining the graph", e);
        }
    }

    /** {@code /clock} as ROSJava follows it. (Its own wall clock counts whole milliseconds: {@link SystemClock} serves for that.) */
    private final class SimulatedClock implements Clock {
        @Override
        public long monotonicNs() {
            return wall.monotonicNs();
        }

        @Override
        public long rosNs() {
            return node.getCurrentTime().totalNsecs();
        }
    }

    /** Looks for the types of topics that are subscribed with any type, and for another node of our name: ROSJava does neither. */
    private void watch() {
        try {
            wall.recalibrate();
            waiting.forEach((subscription, topic) -> {
                String type = typeOf(topic);
                if (type != null && catalog.messageOrNull(type) != null) {
                    subscription.connect(node, catalog.message(type));
                }
            });
            waiting.keySet().removeIf(subscription -> !subscription.waiting());
            Response<URI> registered = master.lookupNode(node.getName(), node.getName().toString());
            if (registered.getStatusCode() == StatusCode.SUCCESS && !registered.getResult().equals(node.getUri())) {
                shutdown.begin("new node registered with same name, at " + registered.getResult());
            }
        } catch (RuntimeException e) {
            // the master is away: nothing is known, try again
        }
    }

    @Override
    public String nodeName() {
        return node.getName().toString();
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public boolean simulatedTime() {
        return clock != wall;
    }

    @Override
    public SchemaCatalog messages() {
        return catalog;
    }

    @Override
    public String resolve(String name) {
        return node.resolveName(name).toString();
    }

    @Override
    public Subscription subscribe(String topic, String type, MessageSlots slots) {
        requireForeign(type);
        String resolved = resolve(topic);
        RosJavaSubscription subscription = new RosJavaSubscription(resolved, slots, clock);
        subscriptions.put(subscription, resolved);
        if (type.equals("*")) {
            waiting.put(subscription, resolved);
            return subscription;
        }
        String published = typeOf(resolved);
        if (published != null && !published.equals(type)) {
            throw InputException.of("topic " + resolved, "type", type, published, "check with: rostopic info " + resolved);
        }
        subscription.connect(node, catalog.message(type));
        return subscription;
    }

    private static void requireForeign(String type) {
        if (RawMessages.ITS_OWN.contains(type)) {
            throw InputException.of("transport rosjava", "type", "any but " + RawMessages.ITS_OWN, type, "ROSJava carries these itself");
        }
    }

    /** As the master knows it, or null. */
    private String typeOf(String topic) {
        for (TopicType known : master.getTopicTypes(node.getName()).getResult()) {
            if (known.getName().equals(topic) && !known.getMessageType().equals("*")) {
                return known.getMessageType();
            }
        }
        return null;
    }

    /** ROSJava registers in the background: what others do next finds it there. (Each question is a connection of its own.) */
    static void awaitRegistration(BooleanSupplier registered) {
        for (int poll = 0; poll < REGISTRATION_POLLS && !registered.getAsBoolean(); poll++) {
            LockSupport.parkNanos(REGISTRATION_POLL_NS);
        }
    }

    @Override
    public Publication advertise(String topic, String type, PublicationOptions options) {
        requireForeign(type);
        MessageSchema schema = catalog.message(type);
        String resolved = resolve(topic);
        Publisher<RawMessage> publisher = node.newPublisher(resolved, type);
        publisher.setLatchMode(options.latched());
        awaitRegistration(() -> typeOf(resolved) != null);
        RosJavaPublication publication = new RosJavaPublication(publisher, schema);
        publications.put(publication, resolved);
        return publication;
    }

    @Override
    public AutoCloseable advertiseService(String name, String type, Function<Map<String, Object>, Map<String, Object>> handler) {
        return services.advertise(resolve(name), catalog.service(type), handler);
    }

    @Override
    public AutoCloseable advertiseAction(String name, String type, ActionGoals goals) {
        return new ActionlibServer(this, resolve(name), type, goals);
    }

    @Override
    public ActionClient actionClient(String name, String type) {
        return new ActionlibClient(this, resolve(name), type);
    }

    @Override
    public boolean isServiceAvailable(String name, String type) {
        return node.lookupServiceUri(resolve(name)) != null;
    }

    @Override
    public Map<String, Object> callService(String name, String type, Map<String, Object> request) {
        return services.call(resolve(name), catalog.service(type), request);
    }

    @Override
    public Object getParameter(String name) {
        Response<Object> response = parameters.getParam(name.equals("~") ? node.getName() : node.resolveName(name));
        return response.getStatusCode() == StatusCode.SUCCESS ? plain(response.getResult()) : null;
    }

    /** ROSJava unregisters in the background: it is given a moment for that. */
    private void endThreads() {
        executor.shutdown();
        try {
            executor.awaitTermination(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }

    /** XML-RPC's arrays as lists. */
    private static Object plain(Object value) {
        if (value instanceof Object[] array) {
            return Arrays.stream(array).map(RosJavaTransport::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new HashMap<>();
            map.forEach((key, item) -> copy.put(key, plain(item)));
            return copy;
        }
        return value;
    }

    @Override
    public void setParameter(String name, Object value) {
        ParameterTree tree = node.getParameterTree();
        GraphName key = GraphName.of(name);
        if (value instanceof Boolean flag) {
            tree.set(key, flag);
        } else if (value instanceof Integer number) {
            tree.set(key, number);
        } else if (value instanceof Double number) {
            tree.set(key, number);
        } else if (value instanceof List<?> list) {
            tree.set(key, list);
        } else if (value instanceof Map<?, ?> map) {
            tree.set(key, map);
        } else {
            tree.set(key, String.valueOf(value));
        }
    }

    @Override
    public void deleteParameter(String name) {
        ParameterTree tree = node.getParameterTree();
        GraphName key = GraphName.of(name);
        if (!tree.has(key)) {
            throw new InputException("parameter " + resolve(name) + " is not set; check with: rosparam list");
        }
        tree.delete(key);
    }

    @Override
    public List<String> publishedTopics() {
        return master.getSystemState(node.getName()).getResult().getTopics().stream()
                .filter(topic -> !topic.getPublishers().isEmpty()).map(TopicSystemState::getTopicName).toList();
    }

    @Override
    public TopicTraffic traffic() {
        Map<String, Received> in = new TreeMap<>();
        subscriptions.forEach((subscription, topic) -> in.merge(topic, new Received(subscription.received(), subscription.rejected()),
                (one, other) -> new Received(Math.max(one.received(), other.received()), Math.min(one.refused(), other.refused()))));
        Map<String, Sent> out = new TreeMap<>();
        publications.forEach((publication, topic) -> out.put(topic, new Sent(publication.sent(), publication.dropped())));
        return new TopicTraffic(in, out);
    }

    @Override
    public void log(LogLine line) {
        log.log(line, clock.rosNs());
    }

    @Override
    public void onShutdown(Consumer<String> handler) {
        shutdown.add(handler);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                node.shutdown();
            } catch (RuntimeException e) {
                // its servers are gone already when the master has shut it down
            }
            endThreads();
        }
    }
}
