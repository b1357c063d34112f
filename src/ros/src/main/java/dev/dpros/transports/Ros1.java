package dev.dpros.transports;

import dev.dpros.core.NodeArguments;
import dev.dpros.core.NodeGraph;
import dev.dpros.core.Transport;
import dev.dpros.core.TransportProvider;
import dev.dpros.ros.names.RosArguments;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ROS 1 by the project's own client; another client of ROS 1 says how it connects. */
public class Ros1 implements TransportProvider {
    @Override
    public String name() {
        return Transports.DEFAULT;
    }

    @Override
    public String argumentForm() {
        return "a:=b";
    }

    @Override
    public NodeArguments arguments(List<String> arguments, Map<String, String> environment) {
        return new Arguments(arguments, environment, RosArguments.parse(arguments, environment));
    }

    @Override
    public List<String> argumentsFor(String node, Map<String, String> remaps, Map<String, String> parameters) {
        List<String> arguments = new ArrayList<>(List.of("__name:=" + node));
        remaps.forEach((from, to) -> arguments.add(from + ":=" + to));
        parameters.forEach((path, value) -> arguments.add("_" + path + ":=" + value));
        return arguments;
    }

    /** That of a master of its own. */
    @Override
    public NodeGraph privateGraph() {
        return Ros1Graph.open(InetAddress.getLoopbackAddress(), null, 0, false);
    }

    /** Joins the graph. @throws dev.dpros.core.InputException if the master cannot be reached */
    protected Transport connect(RosNodeConfig config) {
        return RosNode.connect(config);
    }

    private final class Arguments implements NodeArguments {
        private final List<String> given;
        private final Map<String, String> environment;
        private final RosArguments parsed;

        Arguments(List<String> given, Map<String, String> environment, RosArguments parsed) {
            this.given = given;
            this.environment = environment;
            this.parsed = parsed;
        }

        @Override
        public Map<String, Object> parameters(String name) {
            return parsed.parameters();
        }

        @Override
        public String parameterForm(String path) {
            return "_" + path + ":=";
        }

        @Override
        public List<String> rest() {
            return parsed.rest();
        }

        @Override
        public Transport connect(String name, Map<String, Object> parameters) {
            return Ros1.this.connect(RosNodeConfig.of(parsed, name, environment).withParameters(parameters));
        }

        /**
         * The master that is named, or one of our own on this machine: whoever has set up a shell for ROS names one in the
         * environment, whether it runs or not.
         */
        @Override
        public NodeGraph graph(boolean logs) {
            String named = environment.get("ROS_MASTER_URI");
            boolean inEnvironment = named != null && !named.isBlank();
            if (given.stream().anyMatch(argument -> argument.startsWith("__master:=")) || inEnvironment && RosNode.answers(parsed.masterUri())) {
                return Ros1Graph.at(parsed.masterUri());
            }
            return Ros1Graph.open(InetAddress.getLoopbackAddress(), null, 0, logs).inPlaceOf(inEnvironment ? parsed.masterUri() : null);
        }
    }
}
