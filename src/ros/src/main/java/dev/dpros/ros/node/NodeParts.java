package dev.dpros.ros.node;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.TopicTraffic;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.names.GraphNames;
import dev.dpros.ros.tcpros.TcprosServer;
import dev.dpros.ros.tcpros.TopicPublisher;
import dev.dpros.ros.tcpros.TopicSubscriber;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import dev.dpros.ros.xmlrpc.XmlRpcServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers, clients and threads that a {@link RosNode} is made of, and their orderly end. */
final class NodeParts {
    private static final Logger LOG = LoggerFactory.getLogger(NodeParts.class);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(5);
    private static final Duration PEER_LIMIT = Duration.ofSeconds(5);
    private static final long WATCH_PERIOD_MS = 1000;
    private static final long UNREGISTER_LIMIT_MS = 700;
    private static final long REPORTED_JUMP_NS = 10_000_000L;

    final GraphNames names;
    final NodeAddress address;
    final SchemaCatalog catalog;
    final RosClock clock = new RosClock();
    final Topics topics = new Topics();
    final MasterClient master;
    final TcprosServer tcpros;
    final URI slaveUri;
    final Parameters parameters;
    final MasterWatch watch;
    private final XmlRpcServer slave;
    private final ScheduledExecutorService timer = daemon("ros-timer");
    private final ScheduledExecutorService watcher = daemon("ros-master-watch");

    NodeParts(RosNodeConfig config, Consumer<String> onShutdown) {
        names = new GraphNames(config.namespace(), config.name(), config.remaps());
        address = NodeAddress.of(config.host());
        catalog = SchemaCatalog.withRosPackagePath(config.packagePath());
        master = new MasterClient(config.masterUri(), names.node(), CALL_LIMIT);
        SlaveApi api;
        try {
            tcpros = new TcprosServer(names.node(), address.anyPort(), timer);
            api = new SlaveApi(new SlaveApi.Served(names.node(), address.host(), config.masterUri(), tcpros, topics,
                    onShutdown));
            slave = new XmlRpcServer(address.anyPort(), api);
        } catch (IOException e) {
            timer.shutdownNow();
            watcher.shutdownNow();
            throw new InputException("ROS_IP / ROS_HOSTNAME " + address.host() + ": cannot listen there (" + e.getMessage()
                    + "); use an address of this machine, or unset it", e);
        }
        slaveUri = URI.create("http://" + address.uriHost() + ":" + slave.address().getPort() + "/");
        parameters = new Parameters(master, names, slaveUri);
        api.setParameters(parameters);
        watch = new MasterWatch(master, names.node(), slaveUri.toString(), this::afterMasterRestart, onShutdown);
    }

    private static ScheduledExecutorService daemon(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Registers with the master; a refusal is bad input, after which {@code undo} has been run. */
    void register(String key, Runnable undo, MasterWatch.Registration registration) {
        try {
            watch.add(key, registration);
        } catch (MasterClient.RefusedException e) {
            undo.run();
            throw new InputException("ROS master " + master.uri() + ": " + key + ": " + e.getMessage(), e);
        }
    }

    void startWatch() {
        watcher.scheduleWithFixedDelay(this::housekeeping, WATCH_PERIOD_MS, WATCH_PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void housekeeping() {
        try {
            watch.check();
            long jumpNs = clock.recalibrate();
            if (Math.abs(jumpNs) > REPORTED_JUMP_NS) {
                LOG.warn("the wall clock was stepped by {} ms", jumpNs / 1_000_000);
            }
        } catch (RuntimeException e) {
            LOG.warn("while watching the master: {}", e.toString());
        }
    }

    private void afterMasterRestart() {
        topics.masterRestarted();
        parameters.subscribeAgain();
    }

    /** What the topics have carried so far. */
    TopicTraffic traffic() {
        Map<String, TopicTraffic.Received> in = new TreeMap<>();
        topics.all().forEach(subscriber ->
                in.put(subscriber.topic(), new TopicTraffic.Received(subscriber.received(), subscriber.rejected())));
        Map<String, TopicTraffic.Sent> out = new TreeMap<>();
        tcpros.publications().forEach(publication ->
                out.put(publication.topic(), new TopicTraffic.Sent(publication.sent(), publication.dropped())));
        return new TopicTraffic(in, out);
    }

    /** Asks a publisher's slave API for its TCPROS address. */
    InetSocketAddress locate(URI publisher, String topic) throws IOException {
        try {
            Object answer = new MasterClient(publisher, names.node(), PEER_LIMIT)
                    .call("requestTopic", topic, List.of(List.of("TCPROS")));
            if (answer instanceof List<?> list && list.size() >= 3 && "TCPROS".equals(list.get(0))
                    && list.get(1) instanceof String host && list.get(2) instanceof Integer port
                    && port > 0 && port < 65536) {
                return new InetSocketAddress(host, port);
            }
            throw new ConnectException("requestTopic at " + publisher + ": expected [TCPROS, host, port], found "
                    + ForeignText.printable(answer));
        } catch (XmlRpcException | MasterClient.RefusedException e) {
            throw new IOException("requestTopic at " + publisher + ": " + e.getMessage(), e);
        }
    }

    /** Unregisters within a bounded time, closes every connection and ends every thread. */
    void close() {
        watcher.shutdownNow();
        Thread unregister = new Thread(this::unregister, "ros-unregister");
        unregister.setDaemon(true);
        unregister.start();
        topics.all().forEach(TopicSubscriber::stop);
        tcpros.publications().forEach(TopicPublisher::beginStop);
        tcpros.publications().forEach(TopicPublisher::awaitStop);
        try {
            unregister.join(UNREGISTER_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tcpros.close();
        slave.close();
        timer.shutdownNow();
    }

    private void unregister() {
        try {
            watch.unregisterAll();
            parameters.unsubscribe();
        } catch (XmlRpcException e) {
            LOG.debug("unregistering: {}", e.getMessage());
        }
    }
}
