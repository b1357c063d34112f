package dev.dpros.ros.node;

import dev.dpros.core.Finding;
import dev.dpros.core.ForeignText;
import dev.dpros.core.TopicInfo;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The graph as the master knows it. Each call asks anew; blocks on the network; a master that does not answer knows nothing. */
final class MasterGraph {
    private static final String SUBJECT = "ROS master";

    private final MasterClient master;

    MasterGraph(MasterClient master) {
        this.master = master;
    }

    /** All topics that are published or subscribed to. */
    Map<String, TopicInfo> topics() {
        Map<String, String> types = new HashMap<>();
        pairs(ask("getTopicTypes")).forEach((topic, type) -> types.put(topic, String.valueOf(type)));
        List<?> state = ask("getSystemState");
        Map<String, Object> publishers = state.size() < 2 ? Map.of() : pairs(state.get(0));
        Map<String, Object> subscribers = state.size() < 2 ? Map.of() : pairs(state.get(1));
        Map<String, TopicInfo> topics = new TreeMap<>();
        List<String> names = new ArrayList<>(publishers.keySet());
        names.addAll(subscribers.keySet());
        for (String topic : names) {
            String type = types.getOrDefault(topic, "*");
            topics.put(topic, new TopicInfo(type.equals("*") ? "" : type, count(publishers.get(topic)), count(subscribers.get(topic))));
        }
        return topics;
    }

    /** Whether it answers, and whether others can reach a node that calls itself by this host. */
    List<Finding> findings(String host) {
        List<Finding> found = new ArrayList<>();
        URI uri = master.uri();
        try {
            master.call("getPid");
            found.add(Finding.ok(SUBJECT, uri + " answers"));
        } catch (XmlRpcException | MasterClient.RefusedException e) {
            found.add(Finding.fault(SUBJECT, uri + " does not answer: " + e.getMessage(), "start one with: roscore"));
        }
        if (isLoopback(host) && !isLoopback(uri.getHost())) {
            found.add(Finding.fault("own address", "the master is on " + uri.getHost() + ", but this node listens on this machine only",
                    "export ROS_IP= with this machine's address in the robot's network"));
        }
        return found;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private List<?> ask(String method) {
        try {
            return master.call(method) instanceof List<?> list ? list : List.of();
        } catch (XmlRpcException | MasterClient.RefusedException e) {
            return List.of();
        }
    }

    private static Map<String, Object> pairs(Object list) {
        Map<String, Object> pairs = new TreeMap<>();
        if (list instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof List<?> pair && pair.size() == 2) {
                    pairs.put(ForeignText.printable(pair.get(0)), pair.get(1));
                }
            }
        }
        return pairs;
    }

    private static int count(@Nullable Object nodes) {
        return nodes instanceof List<?> list ? list.size() : 0;
    }
}
