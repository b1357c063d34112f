package dev.dpros.transports;

import dev.dpros.core.NodeArguments;
import dev.dpros.core.NodeGraph;
import dev.dpros.core.Transport;
import dev.dpros.core.TransportProvider;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.names.Ros2Arguments;
import dev.dpros.ros2.names.Ros2Names;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** ROS 2 by the project's own client. */
public final class Ros2 implements TransportProvider {
    /** What it is chosen by. */
    public static final String NAME = "ros2";
    private static final String DOMAIN = "ROS_DOMAIN_ID";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String argumentForm() {
        return "--ros-args -r a:=b";
    }

    @Override
    public NodeArguments arguments(List<String> arguments, Map<String, String> environment) {
        return new Arguments(Ros2Arguments.parse(arguments), environment);
    }

    @Override
    public List<String> argumentsFor(String node, Map<String, String> remaps, Map<String, String> parameters) {
        List<String> arguments = new ArrayList<>(List.of("--ros-args", "-r", "__node:=" + node));
        remaps.forEach((from, to) -> arguments.addAll(List.of("-r", from + ":=" + to)));
        parameters.forEach((path, value) -> arguments.addAll(List.of("-p", path.replace('/', '.') + ":=" + value)));
        return arguments;
    }

    /** A domain of its own on this machine. */
    @Override
    public NodeGraph privateGraph() {
        return new Domain(Map.of(DOMAIN, Integer.toString(DomainSettings.unoccupied().domainId()), "ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST",
                "ROS_LOCALHOST_ONLY", "", "ROS_STATIC_PEERS", "", Transports.VARIABLE, NAME));
    }

    /** Nodes of one domain meet by themselves. */
    private record Domain(Map<String, String> environment) implements NodeGraph {
        @Override
        public void close() {
            // nothing was opened
        }
    }

    private record Arguments(Ros2Arguments parsed, Map<String, String> environment) implements NodeArguments {
        @Override
        public Map<String, Object> parameters(String name) {
            Map<String, Object> flat = new LinkedHashMap<>();
            given(name).forEach((parameter, value) -> flat.put(parameter.replace('.', '/'), value));
            flat.remove(Ros2Node.USE_SIM_TIME);
            return flat;
        }

        private Map<String, Object> given(String name) {
            return parsed.parametersOf(new Ros2Names("/", name, parsed).node());
        }

        @Override
        public String parameterForm(String path) {
            return "-p " + path.replace('/', '.') + ":=";
        }

        @Override
        public List<String> rest() {
            return parsed.rest();
        }

        @Override
        public Transport connect(String name, Map<String, Object> parameters) {
            Map<String, Object> all = new LinkedHashMap<>(parameters);
            Object time = given(name).get(Ros2Node.USE_SIM_TIME);
            if (time != null) {
                all.put(Ros2Node.USE_SIM_TIME, time);
            }
            return Ros2Node.open(Ros2NodeConfig.of(parsed, name, environment).withParameters(all));
        }

        @Override
        public NodeGraph graph(boolean logs) {
            return new Domain(Map.of(DOMAIN, Integer.toString(DomainSettings.of(environment).domainId()), Transports.VARIABLE, NAME));
        }
    }
}
