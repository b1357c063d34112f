package dev.dpros.app;

import dev.dpros.app.audit.CommandAudit;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.names.RosArguments;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros audit}: reads the command topic beside the robot and checks every published point. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Read a robot's command topic and check every published point against the configured limits of position, "
                + "velocity, acceleration and jerk, by code that shares nothing with the safety filter.",
        footer = {"", "Exit code 1 if anything is found, or if nothing was published.",
            "Example: dpros audit --config launch/arm7.yaml --seconds 600"})
final class AuditCommand implements Callable<Integer> {
    private static final String TYPE = "trajectory_msgs/JointTrajectory";
    private static final double LONGEST_S = 86_400;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "robot configuration: topic, joints and limits")
    private Path config;

    @Option(names = "--seconds", converter = Numbers.Positive.class, paramLabel = "S", defaultValue = "60",
            description = "how long (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the result to this file")
    private Path json;

    @Parameters(paramLabel = "ROS_ARGUMENT", arity = "0..*", description = "from:=to, __name:=N")
    private List<String> rosArguments = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (!(seconds > 0 && seconds <= LONGEST_S)) {
            throw InputException.of("--seconds", "number", "above 0, up to " + LONGEST_S, String.valueOf(seconds), "");
        }
        RobotConfig robot = ConfigReader.read(config, Map.of()).config();
        CommandAudit audit = new CommandAudit(robot.action().jointLimits());
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            RosNode node = lifecycle.own(RosNode.connect(RosNodeConfig.of(RosArguments.parse(rosArguments, System.getenv()),
                    "dpros_audit", System.getenv())));
            Reader reader = new Reader(audit, node.catalog().message(TYPE));
            node.subscribe(robot.action().topic(), TYPE, reader);
            new CountDownLatch(1).await(Math.round(seconds * 1e3), TimeUnit.MILLISECONDS);
            synchronized (audit) {
                return report(audit);
            }
        }
    }

    private int report(CommandAudit audit) {
        double[] shares = audit.largestShares();
        boolean good = audit.findings().isEmpty() && audit.messages() > 0;
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%d messages (%d lost), %d points; at most %.3f of the velocity limit, %.3f of acceleration, %.3f of jerk%n",
                audit.messages(), audit.lost(), audit.points(), shares[0], shares[1], shares[2]);
        out.println(audit.messages() == 0 ? "nothing was published" : audit.findings().isEmpty() ? "every point is within the limits"
                : "found " + audit.findings() + "; first: " + audit.first());
        out.flush();
        if (json != null) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("seconds", seconds);
            tree.put("messages", audit.messages());
            tree.put("lost", audit.lost());
            tree.put("points", audit.points());
            tree.put("findings", audit.findings());
            tree.put("first", audit.first());
            tree.put("largest_shares_of_velocity_acceleration_jerk", shares);
            RunReport.writeJson(json, tree);
        }
        return good ? 0 : Main.EXIT_FAILURE;
    }

    /** Decodes each message and hands it to the audit. Transport's thread. */
    private record Reader(CommandAudit audit, MessageSchema schema, ByteBuffer[] slot) implements MessageSlots {
        Reader(CommandAudit audit, MessageSchema schema) {
            this(audit, schema, new ByteBuffer[1]);
        }

        @Override
        public ByteBuffer claim(int length) {
            slot[0] = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            return slot[0];
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            Map<String, Object> message = MessageDecoder.decode(schema, slot[0].rewind());
            List<?> points = (List<?>) message.get("points");
            int dims = points.isEmpty() ? 0 : ((double[]) ((Map<?, ?>) points.get(0)).get("positions")).length;
            long[] times = new long[points.size()];
            double[] positions = new double[points.size() * dims];
            double[] velocities = new double[points.size() * dims];
            for (int i = 0; i < times.length; i++) {
                Map<?, ?> point = (Map<?, ?>) points.get(i);
                times[i] = ((Number) point.get("time_from_start")).longValue();
                System.arraycopy(point.get("positions"), 0, positions, i * dims, dims);
                System.arraycopy(point.get("velocities"), 0, velocities, i * dims, dims);
            }
            Map<?, ?> header = (Map<?, ?>) message.get("header");
            long sequence = ((Number) header.get("seq")).longValue();
            long stampNs = ((Number) header.get("stamp")).longValue();
            synchronized (audit) {
                audit.check(new CommandAudit.Trajectory(sequence, stampNs, times, positions, velocities));
            }
        }

        @Override
        public void abandon() {
            slot[0] = null;
        }
    }
}
