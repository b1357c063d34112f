package dev.dpros.ros.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Peers of the ROS that is installed on this machine. */
final class LocalPeers implements RosPeers {
    private final RosMasterProcess master;
    private final List<RosTool> started = new ArrayList<>();

    private LocalPeers(RosMasterProcess master) {
        this.master = master;
    }

    static LocalPeers start(boolean required) {
        boolean installed = Files.isExecutable(Path.of("/usr/bin/roscore")) && Files.isExecutable(Path.of("/usr/bin/rosbag"));
        if (required && !installed) {
            throw new AssertionError("DPROS_PEERS=local, but ROS is not installed: no /usr/bin/roscore and rosbag");
        }
        assumeTrue(installed, "neither a container engine nor an installed ROS");
        return new LocalPeers(RosMasterProcess.roscore());
    }

    @Override
    public URI master() {
        return master.uri();
    }

    @Override
    public Peer rospy(String script, String... arguments) {
        RosTool tool = RosTool.rospy(master(), script, arguments);
        started.add(tool);
        return new Peer() {
            @Override
            public void awaitLine(String text) {
                tool.awaitLine(text);
            }

            @Override
            public void close() {
                tool.close();
            }
        };
    }

    @Override
    public String run(String... command) {
        try (RosTool tool = RosTool.start(master(), Map.of(), List.of(command))) {
            tool.awaitExit();
            return tool.output();
        }
    }

    @Override
    public void close() {
        started.forEach(RosTool::close);
        master.close();
    }
}
