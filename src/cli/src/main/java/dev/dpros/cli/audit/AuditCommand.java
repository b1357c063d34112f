package dev.dpros.cli.audit;

import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.ActionSection;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.TopicQuality;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.datasets.rosbag2.Rosbag2;
import dev.dpros.node.audit.AuditFeed;
import dev.dpros.node.audit.AuditRecording;
import dev.dpros.process.Archive;
import dev.dpros.process.ExitCode;
import dev.dpros.process.JsonFile;
import dev.dpros.process.Lifecycle;
import dev.dpros.transports.Transports;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros audit}: reads the command topic beside the robot, or in a recording, and checks every published point. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Read a robot's command topic, live or from a recording, and check every published point against the "
                + "configured limits of position, velocity, acceleration and jerk (JointTrajectory only), each first command against "
                + "the measured position (action.take_up), and that nothing is sent while nobody drives (~state), by code that "
                + "shares nothing with the safety filter.",
        footer = {"", "Exit code 1 if anything is found, or if nothing was published.",
            "Example: dpros audit --config launch/arm7.yaml --seconds 600",
            "         dpros audit --config launch/arm7.yaml --recording run.bag",
            "         dpros audit --config launch/arm7.yaml --recording run.mcap"})
public final class AuditCommand implements Callable<Integer> {
    private static final double LONGEST_S = 86_400;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "robot configuration: topics, joints and limits")
    private Path config;

    @Option(names = "--recording", paramLabel = "PATH",
            description = "a recording instead of the running robot: a *.bag, a bag of ROS 2 (*.mcap, *.db3 or its folder), a journal or a "
                    + "recording directory; repeatable")
    private List<Path> recordings = List.of();

    @Option(names = "--state", paramLabel = "TOPIC", description = "the node's ~state (default: of node.name; in a recording the one of its type)")
    private String state;

    @Option(names = "--seconds", converter = Numbers.Positive.class, paramLabel = "S", defaultValue = "60",
            description = "how long to listen (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Mixin
    private TransportOption transport = new TransportOption();

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
        RobotConfig robot = ConfigReader.read(config).config();
        requireTopics(robot);
        return recordings.isEmpty() ? live(robot) : recorded(robot);
    }

    /** Goals of an action are no commands of an instant: of outputs that are servers there is nothing to judge. */
    private void requireTopics(RobotConfig robot) {
        List<String> servers = robot.actions().stream().filter(ActionSection::server).map(ActionSection::topic).toList();
        if (servers.size() == robot.actions().size()) {
            throw InputException.of("audit", "outputs", "a command topic", "servers of actions alone: " + String.join(", ", servers),
                    "their goals are not on a topic that can be audited");
        }
        if (!servers.isEmpty()) {
            Verbosity.warn(spec, "not audited, servers of actions: " + String.join(", ", servers));
        }
    }

    /** Indices of the outputs that are topics. */
    private static int[] topics(RobotConfig robot) {
        return IntStream.range(0, robot.actions().size()).filter(i -> !robot.actions().get(i).server()).toArray();
    }

    private int live(RobotConfig robot) throws Exception {
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            Transport node = lifecycle.own(transport.arguments(rosArguments, robot.node().transport()).connect("dpros_audit"));
            String stateTopic = node.resolve(state != null ? state : robot.node().name() + "/state");
            TopicQuality.ask(robot, node);
            List<AuditIntake> intakes = new ArrayList<>();
            for (int i : topics(robot)) {
                intakes.add(lifecycle.own(new AuditIntake(new AuditFeed(robot, i, node::resolve, stateTopic), node)));
            }
            new CountDownLatch(1).await(Math.round(seconds * 1e3), TimeUnit.MILLISECONDS);
            List<AuditFeed.Result> results = new ArrayList<>();
            for (AuditIntake intake : intakes) {
                results.add(intake.result());
            }
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("seconds", seconds);
            tree.putAll(say("", robot, results));
            return end(good(results), tree);
        }
    }

    private int recorded(RobotConfig robot) {
        if (!rosArguments.isEmpty()) {
            throw InputException.of("audit", "arguments", "none with --recording", rosArguments.toString(), "put the names into the configuration");
        }
        List<Path> files = recordings.stream().flatMap(path -> files(path).stream()).toList();
        List<Map<String, Object>> all = new ArrayList<>();
        boolean good = true;
        for (Path file : files) {
            List<AuditFeed.Result> results = new ArrayList<>();
            String damage = "";
            for (int i : topics(robot)) {
                AuditFeed feed = new AuditFeed(robot, i, AuditCommand::full, state == null ? "" : full(state));
                damage = read(file, feed);
                results.add(feed.result());
            }
            Map<String, Object> found = say(file.getFileName() + ": ", robot, results);
            if (!damage.isEmpty()) {
                Verbosity.warn(spec, file + ": " + damage + "; judged is what could be read");
            }
            good &= good(results);
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("file", file.toString());
            tree.putAll(found);
            all.add(tree);
        }
        return end(good, Map.of("recordings", all));
    }

    /** Itself, or what is in a folder: bags of ROS 2, as an export makes them, or journals. */
    private static List<Path> files(Path path) {
        if (Rosbag2.is(path)) {
            return List.of(path);
        }
        try (Stream<Path> within = Files.isDirectory(path) ? Files.list(path) : Stream.empty()) {
            List<Path> bags = within.filter(folder -> Files.isDirectory(folder) && Rosbag2.is(folder)).sorted().toList();
            return bags.isEmpty() ? AuditRecording.files(path) : bags;
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private String read(Path file, AuditFeed feed) {
        if (!Rosbag2.is(file)) {
            return AuditRecording.read(file, feed, state == null, Transports::recorded);
        }
        Archive.requireWhole("audit of a ROS 2 bag");
        try (Rosbag2 bag = Rosbag2.open(file, Path.of(System.getProperty("java.io.tmpdir")))) {
            return AuditRecording.read(bag, feed, state == null, Transports::recorded);
        }
    }

    private static String full(String topic) {
        return topic.startsWith("/") ? topic : "/" + topic;
    }

    private int end(boolean good, Object tree) {
        if (json != null) {
            JsonFile.write(json, tree);
        }
        return good ? 0 : ExitCode.FAILURE;
    }

    private static boolean good(List<AuditFeed.Result> results) {
        return results.stream().allMatch(AuditFeed.Result::good);
    }

    /** Says what was found, each output for itself; returns it for machines. */
    private Map<String, Object> say(String file, RobotConfig robot, List<AuditFeed.Result> results) {
        if (results.size() == 1) {
            say(file, results.get(0));
            return tree(results.get(0));
        }
        Map<String, Object> outputs = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            String topic = robot.actions().get(topics(robot)[i]).topic();
            say(file + topic + ": ", results.get(i));
            outputs.put(topic, tree(results.get(i)));
        }
        return Map.of("outputs", outputs);
    }

    private void say(String file, AuditFeed.Result result) {
        PrintWriter out = spec.commandLine().getOut();
        double[] shares = result.limits().largestShares();
        if (result.trajectories()) {
            out.printf(Locale.ROOT, "%s%d messages (%d lost), %d points; at most %.3f of the velocity limit, %.3f of acceleration, %.3f of jerk%n",
                    file, result.limits().messages(), result.limits().lost(), result.limits().points(), shares[0], shares[1], shares[2]);
        } else {
            out.println(file + result.motion().commands() + " messages; limits are checked of " + AuditFeed.TRAJECTORY + " only");
        }
        out.println(file + starts(result));
        if (result.limits().unstamped() > 0) {
            out.println(file + result.limits().unstamped() + " trajectories are stamped zero: each is checked in itself only");
        }
        if (!result.state()) {
            out.println(file + "no ~state was seen (--state TOPIC): who drove is not known");
        }
        String first = result.limits().first() + (result.limits().first().isEmpty() || result.motion().first().isEmpty() ? "" : "; ")
                + result.motion().first();
        out.println(file + (result.motion().commands() == 0 ? "nothing was published" : result.findings().isEmpty()
                ? result.trajectories() ? "every point is within the limits" : "nothing was found"
                : "found " + result.findings() + "; first: " + first));
        out.flush();
    }

    private static String starts(AuditFeed.Result result) {
        long open = result.motion().unjudgedStarts();
        return result.motion().starts() + " first commands after silence held against the measured position"
                + (open == 0 ? "" : ", " + open + " not (not measured, or the recording begins with it)");
    }

    private static Map<String, Object> tree(AuditFeed.Result result) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("messages", result.motion().commands());
        tree.put("lost", result.limits().lost());
        tree.put("points", result.limits().points());
        tree.put("findings", result.findings());
        tree.put("first", result.limits().first());
        tree.put("first_of_motion", result.motion().first());
        tree.put("largest_shares_of_velocity_acceleration_jerk", result.limits().largestShares());
        tree.put("first_commands_judged", result.motion().starts());
        tree.put("first_commands_not_judged", result.motion().unjudgedStarts());
        tree.put("commands_without_state", result.motion().unjudged());
        return tree;
    }
}
