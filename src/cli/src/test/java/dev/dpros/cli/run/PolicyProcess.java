package dev.dpros.cli.run;

import dev.dpros.cli.Main;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code dpros run} with the shipped keypoint policy, in this JVM, against a real master; and the world around it. */
public final class PolicyProcess implements AutoCloseable {
    /** Publishes joint states and keypoints at 50 Hz, and /clock under simulated time, which begins at 1000 s. */
    public static final String WORLD = """
            import rospy, time
            from sensor_msgs.msg import JointState
            from rosgraph_msgs.msg import Clock
            rospy.init_node('world')
            simulated = rospy.get_param('/use_sim_time', False)
            clock = rospy.Publisher('/clock', Clock, queue_size=1) if simulated else None
            joints = rospy.Publisher('/joint_states', JointState, queue_size=1)
            points = rospy.Publisher('/keypoints', JointState, queue_size=1)
            print('ready')
            began = time.time()
            while not rospy.is_shutdown():
                stamp = rospy.Time(1000 + time.time() - began) if simulated else rospy.Time.from_sec(time.time())
                if simulated:
                    clock.publish(Clock(clock=stamp))
                j = JointState(name=['x', 'y'], position=[200.0, 300.0])
                p = JointState(position=[float(100 + 10 * i) for i in range(18)])
                j.header.stamp = p.header.stamp = stamp
                joints.publish(j)
                points.publish(p)
                time.sleep(0.02)
            """;
    private static final String CONFIG = """
            policy: MODEL
            node: {autostart: true}
            sampler: {scheduler: ddim, steps: 2}
            observations:
              observation.state: {topic: /joint_states, field: "position[x,y]"}
              observation.environment_state: {topic: /keypoints, field: "position[0:18]"}
            action:
              topic: /command
              joints: [x, y]
              frame_id: world
              limits:
                default: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 500000}
            outputs:
              plan: {dims: [x, y]}
            control: {rate_hz: 50, policy_rate_hz: 10, interpolation: zero_order_hold, realtime_priority: false}
            metrics: {enabled: false}
            """;

    private final StringWriter err = new StringWriter();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final URI master;

    private PolicyProcess(URI master, Path config, List<String> more) {
        this.master = master;
        List<String> arguments = new ArrayList<>(List.of("run", "--config", config.toString(),
                "__master:=" + master.toString().replaceAll("/$", "")));
        arguments.addAll(more);
        Thread thread = new Thread(() -> {
            var line = Main.commandLine();
            line.setErr(new PrintWriter(err, true));
            exit.complete(line.execute(arguments.toArray(new String[0])));
        }, "dpros run");
        thread.setDaemon(true);
        thread.start();
    }

    /** The configuration for these tests, with pieces of its text replaced: old, new, old, new. */
    public static Path config(Path folder, String... replacements) {
        String text = CONFIG.replace("MODEL", Path.of("models/pusht_keypoints").toAbsolutePath().toString());
        for (int i = 0; i < replacements.length; i += 2) {
            if (!text.contains(replacements[i])) {
                throw new AssertionError("not in the configuration: " + replacements[i]);
            }
            text = text.replace(replacements[i], replacements[i + 1]);
        }
        try {
            return Files.writeString(folder.resolve("robot.yaml"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the node. */
    public static PolicyProcess start(URI master, Path config, String... arguments) {
        return new PolicyProcess(master, config, List.of(arguments));
    }

    /** Waits until it drives (or would, once started). */
    public PolicyProcess awaitReady() {
        try {
            Await.until("ready", () -> error().contains(" drive") || exit.isDone());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; so far: " + error(), e);
        }
        if (exit.isDone()) {
            throw new AssertionError("ended: " + error());
        }
        return this;
    }

    /** Waits for its end. */
    public int awaitExit() {
        try {
            return exit.get(RosTool.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("it did not end; so far: " + error(), e);
        }
    }

    /** Whether it still runs. */
    public boolean isRunning() {
        return !exit.isDone();
    }

    /** What it has written to standard error. */
    public String error() {
        return err.toString();
    }

    /** Ends it as rosnode kill does: by the node's own XML-RPC server, of which the master knows the address. */
    @Override
    public void close() {
        if (isRunning()) {
            XmlRpcClient client = new XmlRpcClient();
            try {
                Object node = ((List<?>) client.call(master, "lookupNode", "/test", "/dpros")).get(2);
                client.call(URI.create(node.toString()), "shutdown", "/test", "by the test");
            } catch (Exception e) {
                if (isRunning()) {
                    throw new AssertionError("it cannot be told to end; so far: " + error(), e);
                }
            }
            awaitExit();
        }
    }
}
