package dev.dpros.ros.node;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.Clock;
import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.ShutDownException;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.TopicTraffic;
import dev.dpros.core.Transport;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.message.ServiceSchema;
import dev.dpros.ros.tcpros.ServiceCaller;
import dev.dpros.ros.tcpros.ServiceEndpoint;
import dev.dpros.ros.tcpros.TopicPublisher;
import dev.dpros.ros.tcpros.TopicSubscriber;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A ROS 1 node: the project's own client behind the {@link Transport} port. Thread-safe. Methods that talk to the master
 * or to a service block; publishing and receiving do not, and allocate nothing once warm.
 *
 * <p>Survives restarts of publishers and of the master by itself. A shutdown from outside (rosnode kill, a second node of
 * the same name) runs the {@link #onShutdown} handlers on the {@code ros-shutdown} thread and then closes the node.
 */
public final class RosNode implements Transport {
    private static final int MAX_MESSAGE_BYTES = 256 << 20;
    private static final int SERVICE_LIMIT_MS = 30_000;

    private final NodeParts parts;
    private final OutsideShutdown shutdown = new OutsideShutdown(this::close);
    private final AtomicBoolean closed = new AtomicBoolean();
    @SuppressWarnings("NullAway.Init") // opened as the node joins, before anybody has it
    private Rosout rosout;

    private RosNode(RosNodeConfig config) {
        parts = new NodeParts(config, shutdown::begin);
    }

    /** Whether a master answers at an address. Blocks for at most two seconds. */
    public static boolean answers(URI master) {
        return MasterClient.answers(master);
    }

    /**
     * Joins the graph: starts the node's servers, registers it, sets its private parameters, opens {@code /rosout} and,
     * under {@code /use_sim_time}, {@code /clock}.
     *
     * @throws InputException if the master cannot be reached, a name is not legal or the host is not this machine's
     * @throws ShutDownException if another node of this name came meanwhile
     */
    public static RosNode connect(RosNodeConfig config) {
        RosNode node = new RosNode(config);
        try {
            node.join(config);
            return node;
        } catch (RuntimeException e) {
            node.close();
            String reason = node.shutdown.reason();
            throw reason == null ? e : new ShutDownException(reason, e);
        }
    }

    private void join(RosNodeConfig config) {
        parts.master.require("getPid");
        config.privateParameters().forEach((name, value) -> setParameter("~" + name, value));
        Publication log = advertise("/rosout", "rosgraph_msgs/Log", new PublicationOptions(true, Rosout.QUEUE));
        rosout = new Rosout(nodeName(), parts.catalog.message("rosgraph_msgs/Log"), parts.clock, log, () -> {
            List<String> topics = new ArrayList<>();
            parts.tcpros.publications().forEach(publication -> topics.add(publication.topic()));
            return topics;
        });
        parts.parameters.watch("/use_sim_time", value -> useSimTime(Boolean.TRUE.equals(value)));
        advertiseService("~get_loggers", "roscpp/GetLoggers", LoggerServices::list);
        advertiseService("~set_logger_level", "roscpp/SetLoggerLevel", LoggerServices::set);
        parts.startWatch();
    }

    private synchronized void useSimTime(boolean on) {
        if (on && parts.topics.all().stream().noneMatch(subscriber -> subscriber.topic().equals("/clock"))) {
            subscribe("/clock", "rosgraph_msgs/Clock", parts.clock);
        }
        parts.clock.setSimulated(on);
    }

    @Override
    public String nodeName() {
        return parts.names.node();
    }

    /** Address of the node's slave API. */
    public URI slaveUri() {
        return parts.slaveUri;
    }

    @Override
    public TopicTraffic traffic() {
        return parts.traffic();
    }

    @Override
    public SchemaCatalog messages() {
        return parts.catalog;
    }

    @Override
    public String resolve(String name) {
        return parts.names.resolve(name);
    }

    @Override
    public Clock clock() {
        return parts.clock;
    }

    @Override
    public boolean simulatedTime() {
        return parts.clock.isSimulated();
    }

    @Override
    public Subscription subscribe(String topic, String type, MessageSlots slots) {
        String resolved = parts.names.resolve(topic);
        MessageSchema schema = type.equals("*") ? null : parts.catalog.messageOrNull(type);
        requireType(resolved, type);
        TopicSubscriber.Context context = new TopicSubscriber.Context(nodeName(), parts.clock, parts::locate,
                MAX_MESSAGE_BYTES, this::subscriptionClosed);
        TopicSubscriber fresh = new TopicSubscriber(resolved, context);
        TopicSubscriber subscriber = parts.topics.acquire(fresh);
        Subscription subscription;
        try {
            subscription = subscriber.subscribe(schema == null ? new TopicSubscriber.Wanted(type, "*", "")
                    : new TopicSubscriber.Wanted(type, schema.md5(), schema.definition()), slots);
        } catch (InputException e) {
            subscriptionClosed(subscriber);
            throw e;
        }
        if (subscriber == fresh) {
            registerSubscriber(resolved, subscription);
        }
        return subscription;
    }

    private boolean subscriptionClosed(TopicSubscriber subscriber) {
        boolean last = parts.topics.release(subscriber);
        if (last) {
            parts.watch.remove("subscriber " + subscriber.topic());
        }
        return last;
    }

    private void registerSubscriber(String resolved, Subscription subscription) {
        parts.register("subscriber " + resolved, subscription::close, new MasterWatch.Registration() {
            @Override
            public void register() throws XmlRpcException, MasterClient.RefusedException {
                parts.topics.register(resolved, parts.master, parts.slaveUri);
            }

            @Override
            public void unregister() throws XmlRpcException, MasterClient.RefusedException {
                parts.master.call("unregisterSubscriber", resolved, parts.slaveUri.toString());
            }
        });
    }

    /** Refuses a topic that is published with another type now. */
    private void requireType(String topic, String type) {
        if (type.equals("*") || !(parts.master.require("getPublishedTopics", "") instanceof List<?> published)) {
            return;
        }
        for (Object item : published) {
            if (item instanceof List<?> pair && pair.size() == 2 && topic.equals(pair.get(0))
                    && !type.equals(pair.get(1)) && !"*".equals(pair.get(1))) {
                throw InputException.of("topic " + topic, "type", type, String.valueOf(pair.get(1)),
                        "check with: rostopic info " + topic);
            }
        }
    }

    @Override
    public Publication advertise(String topic, String type, PublicationOptions options) {
        String resolved = parts.names.resolve(topic);
        if (parts.tcpros.publication(resolved) != null) {
            throw new InputException("topic " + resolved + ": already advertised by this node " + nodeName()
                    + "; advertise a topic once, or remap one of the names");
        }
        TopicPublisher publisher = new TopicPublisher(resolved, parts.catalog.message(type), options, parts.clock,
                closing -> {
                    parts.tcpros.remove(closing);
                    parts.watch.remove("publisher " + closing.topic());
                });
        parts.tcpros.add(publisher);
        parts.register("publisher " + resolved, publisher::close, new MasterWatch.Registration() {
            @Override
            public void register() throws XmlRpcException, MasterClient.RefusedException {
                parts.master.call("registerPublisher", resolved, type, parts.slaveUri.toString());
            }

            @Override
            public void unregister() throws XmlRpcException, MasterClient.RefusedException {
                parts.master.call("unregisterPublisher", resolved, parts.slaveUri.toString());
            }
        });
        return publisher;
    }

    @Override
    public AutoCloseable advertiseService(String name, String type,
            Function<Map<String, Object>, Map<String, Object>> handler) {
        String resolved = parts.names.resolve(name);
        if (parts.tcpros.serviceNames().contains(resolved)) {
            throw new InputException("service " + resolved + ": already offered by this node " + nodeName());
        }
        ServiceEndpoint service = new ServiceEndpoint(resolved, parts.catalog.service(type), handler);
        String uri = "rosrpc://" + parts.address.uriHost() + ":" + parts.tcpros.port();
        parts.tcpros.add(service);
        parts.register("service " + resolved, () -> parts.tcpros.remove(service), new MasterWatch.Registration() {
            @Override
            public void register() throws XmlRpcException, MasterClient.RefusedException {
                parts.master.call("registerService", resolved, uri, parts.slaveUri.toString());
            }

            @Override
            public void unregister() throws XmlRpcException, MasterClient.RefusedException {
                parts.master.call("unregisterService", resolved, uri);
            }
        });
        return () -> {
            parts.tcpros.remove(service);
            parts.watch.remove("service " + resolved);
        };
    }

    /** By the topics of actionlib. */
    @Override
    public AutoCloseable advertiseAction(String name, String type, ActionGoals goals) {
        return new ActionlibServer(this, resolve(name), type, goals);
    }

    /** By the topics of actionlib. */
    @Override
    public ActionClient actionClient(String name, String type) {
        return new ActionlibClient(this, resolve(name), type);
    }

    @Override
    public Map<String, Object> callService(String name, String type, Map<String, Object> request) {
        try (ServiceCaller caller = serviceCaller(name, type, false)) {
            return caller.call(request);
        }
    }

    /** A connection for many calls of one service, to be closed by the caller. @throws InputException if it is not there */
    public ServiceCaller persistentService(String name, String type) {
        return serviceCaller(name, type, true);
    }

    private ServiceCaller serviceCaller(String name, String type, boolean persistent) {
        String resolved = parts.names.resolve(name);
        ServiceSchema schema = parts.catalog.service(type);
        return ServiceCaller.connect(nodeName(), resolved, schema, serviceUri(resolved), SERVICE_LIMIT_MS, persistent);
    }

    private URI serviceUri(String resolved) {
        try {
            return URI.create(String.valueOf(parts.master.call("lookupService", resolved)));
        } catch (MasterClient.RefusedException | IllegalArgumentException e) {
            throw new InputException("service " + resolved + " is not offered by any node; check with: rosservice list", e);
        } catch (XmlRpcException e) {
            throw MasterClient.unreachable(parts.master.uri(), e);
        }
    }

    /** As the master says; empty if it does not answer. */
    @Override
    public List<String> publishedTopics() {
        List<String> names = new ArrayList<>();
        try {
            if (parts.master.within(Duration.ofSeconds(1)).call("getPublishedTopics", "") instanceof List<?> published) {
                published.forEach(item -> names.add(item instanceof List<?> pair && !pair.isEmpty() ? String.valueOf(pair.get(0)) : ""));
            }
        } catch (XmlRpcException | MasterClient.RefusedException e) {
            return List.of();
        }
        return names;
    }

    /** As the master says; empty if it does not answer. */
    @Override
    public Map<String, TopicInfo> topics() {
        return new MasterGraph(parts.master.within(Duration.ofSeconds(1))).topics();
    }

    @Override
    public List<Finding> findings() {
        return new MasterGraph(parts.master.within(Duration.ofSeconds(1))).findings(parts.address.host());
    }

    @Override
    public boolean isServiceAvailable(String name, String type) {
        return isServiceAvailable(name);
    }

    /** True if some node offers the service and answers a probe. */
    public boolean isServiceAvailable(String name) {
        String resolved = parts.names.resolve(name);
        try {
            return ServiceCaller.probe(nodeName(), resolved, serviceUri(resolved));
        } catch (InputException e) {
            return false;
        }
    }

    @Override
    public @Nullable Object getParameter(String name) {
        return parts.parameters.get(name);
    }

    @Override
    public void setParameter(String name, Object value) {
        parts.parameters.set(name, value);
    }

    /** True if the parameter is set. */
    public boolean hasParameter(String name) {
        return parts.parameters.has(name);
    }

    @Override
    public void deleteParameter(String name) {
        parts.parameters.delete(name);
    }

    /** Full name of the closest parameter of this relative name, from the node's name upwards, or null. */
    public @Nullable String searchParameter(String name) {
        return parts.parameters.search(name);
    }

    /** Names of all parameters on the server. */
    public List<String> parameterNames() {
        return parts.parameters.names();
    }

    /** The parameter's value as last notified by the master; asks it only the first time. Null if unset. */
    public @Nullable Object cachedParameter(String name) {
        return parts.parameters.cached(name);
    }

    /** Calls the watcher with the value now (null if unset) and, on a transport thread, after each change. */
    public void watchParameter(String name, Consumer<@Nullable Object> watcher) {
        parts.parameters.watch(name, watcher);
    }

    @Override
    public void log(LogLine line) {
        rosout.log(line);
    }

    @Override
    public void onShutdown(Consumer<String> handler) {
        shutdown.add(handler);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            parts.close();
        }
    }
}
