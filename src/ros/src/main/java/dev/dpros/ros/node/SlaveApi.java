package dev.dpros.ros.node;

import dev.dpros.core.ForeignText;
import dev.dpros.ros.tcpros.ConnectionInfo;
import dev.dpros.ros.tcpros.TcprosServer;
import dev.dpros.ros.tcpros.TopicPublisher;
import dev.dpros.ros.tcpros.TopicSubscriber;
import dev.dpros.ros.xmlrpc.XmlRpcFaultException;
import dev.dpros.ros.xmlrpc.XmlRpcHandler;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The XML-RPC methods that the master and other nodes call on a node. Runs on the XML-RPC server's threads. A wrong
 * number or type of arguments gives {@code [-1, reason, 0]}, as real nodes do.
 */
final class SlaveApi implements XmlRpcHandler {
    /**
     * What the API serves.
     *
     * @param node resolved node name
     * @param host under which the TCPROS port is reached
     * @param masterUri as configured
     * @param server publications and services
     * @param topics subscriptions
     * @param shutdown called with the reason of a shutdown from outside
     */
    record Served(String node, String host, URI masterUri, TcprosServer server, Topics topics, Consumer<String> shutdown) {}

    private static final Map<String, Integer> ARITY = new LinkedHashMap<>();

    static {
        ARITY.put("getBusStats", 1);
        ARITY.put("getBusInfo", 1);
        ARITY.put("getMasterUri", 1);
        ARITY.put("getName", 1);
        ARITY.put("getPid", 1);
        ARITY.put("getPublications", 1);
        ARITY.put("getSubscriptions", 1);
        ARITY.put("paramUpdate", 3);
        ARITY.put("publisherUpdate", 3);
        ARITY.put("requestTopic", 3);
        ARITY.put("shutdown", -1);
    }

    private final Served served;
    private volatile @Nullable Parameters parameters;

    SlaveApi(Served served) {
        this.served = served;
    }

    void setParameters(Parameters cache) {
        parameters = cache;
    }

    @Override
    public List<String> methodNames() {
        return List.copyOf(ARITY.keySet());
    }

    @Override
    public Object handle(String method, List<Object> params) throws XmlRpcFaultException {
        Integer arity = ARITY.get(method);
        if (arity == null) {
            throw XmlRpcHandler.unknownMethod(method);
        }
        boolean fits = arity >= 0 ? params.size() == arity : params.size() == 1 || params.size() == 2;
        if (!fits || !(params.get(0) instanceof String)) {
            return error(method + ": expected " + (arity < 0 ? "1 or 2" : arity) + " arguments, the first a caller id");
        }
        return switch (method) {
            case "getBusStats" -> success("bus stats", busStats());
            case "getBusInfo" -> success("bus info", busInfo());
            case "getMasterUri" -> success(served.masterUri().toString(), served.masterUri().toString());
            case "getName" -> success("node name", served.node());
            case "getPid" -> success("", (int) ProcessHandle.current().pid());
            case "getPublications" -> success("publications", publications());
            case "getSubscriptions" -> success("subscriptions", subscriptions());
            case "paramUpdate" -> paramUpdate(params.get(1), params.get(2));
            case "publisherUpdate" -> publisherUpdate(params.get(1), params.get(2));
            case "requestTopic" -> requestTopic(params.get(1), params.get(2));
            default -> shutdown(params);
        };
    }

    private Object shutdown(List<Object> params) {
        String reason = params.size() > 1 ? ForeignText.printable(params.get(1)) : "";
        served.shutdown().accept("shutdown request from " + ForeignText.printable(params.get(0)) + (reason.isEmpty() ? "" : ": " + reason));
        return success("shutdown", 0);
    }

    private Object paramUpdate(Object key, Object value) {
        if (!(key instanceof String name)) {
            return error("paramUpdate: expected a key, found " + ForeignText.printable(key));
        }
        Parameters cache = parameters;
        if (cache != null) {
            cache.update(name, value);
        }
        return success("", 0);
    }

    private Object publisherUpdate(Object topic, Object uris) {
        if (!(topic instanceof String name) || !(uris instanceof List)) {
            return error("publisherUpdate: expected a topic and a list of URIs");
        }
        served.topics().publisherUpdate(name, uris);
        return success("", 0);
    }

    private Object requestTopic(Object topic, Object protocols) {
        if (!(topic instanceof String name) || !(protocols instanceof List<?> offered)) {
            return error("requestTopic: expected a topic and a list of protocols");
        }
        if (served.server().publication(name) == null) {
            return error("not a publisher of [" + ForeignText.printable(name) + "]");
        }
        boolean tcpros = offered.stream().anyMatch(
                protocol -> protocol instanceof List<?> list && !list.isEmpty() && "TCPROS".equals(list.get(0)));
        if (!tcpros) {
            return List.of(0, "no supported protocol implementations", List.of());
        }
        return success("ready on " + served.host() + ":" + served.server().port(),
                List.of("TCPROS", served.host(), served.server().port()));
    }

    private List<Object> publications() {
        List<Object> all = new ArrayList<>();
        for (TopicPublisher publication : served.server().publications()) {
            all.add(List.of(publication.topic(), publication.schema().type()));
        }
        return all;
    }

    private List<Object> subscriptions() {
        List<Object> all = new ArrayList<>();
        for (TopicSubscriber subscription : served.topics().all()) {
            all.add(List.of(subscription.topic(), subscription.type()));
        }
        return all;
    }

    private List<Object> busInfo() {
        List<Object> all = new ArrayList<>();
        for (TopicPublisher publication : served.server().publications()) {
            publication.connections().forEach(connection -> all.add(busInfo(connection)));
        }
        for (TopicSubscriber subscription : served.topics().all()) {
            subscription.connections().forEach(connection -> all.add(busInfo(connection)));
        }
        return all;
    }

    private static Object busInfo(ConnectionInfo connection) {
        return List.of(connection.id(), connection.peer(), connection.outgoing() ? "o" : "i", "TCPROS",
                connection.topic(), connection.connected(), connection.detail());
    }

    private List<Object> busStats() {
        List<Object> out = new ArrayList<>();
        for (TopicPublisher publication : served.server().publications()) {
            List<Object> connections = new ArrayList<>();
            long bytes = 0;
            for (ConnectionInfo c : publication.connections()) {
                connections.add(List.of(c.id(), (int) c.bytes(), (int) c.messages(), c.connected()));
                bytes += c.bytes();
            }
            out.add(List.of(publication.topic(), (int) bytes, connections));
        }
        List<Object> in = new ArrayList<>();
        for (TopicSubscriber subscription : served.topics().all()) {
            List<Object> connections = new ArrayList<>();
            for (ConnectionInfo c : subscription.connections()) {
                connections.add(List.of(c.id(), (int) c.bytes(), (int) c.messages(), (int) c.drops(), c.connected()));
            }
            in.add(List.of(subscription.topic(), connections));
        }
        return List.of(out, in, List.of());
    }

    private static List<Object> success(String message, Object value) {
        return List.of(1, message, value);
    }

    private static List<Object> error(String reason) {
        return List.of(-1, reason, 0);
    }
}
