package dev.dpros.cli.sim;

import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.Transport;
import dev.dpros.process.ExitCode;
import dev.dpros.process.Lifecycle;
import dev.dpros.process.ParentWatch;
import dev.dpros.sim.PushTRobot;
import dev.dpros.simnode.Arm7WorldNode;
import dev.dpros.simnode.PushTWorldNode;
import dev.dpros.simnode.WorldPace;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros sim}: a simulated robot as a ROS node. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Run a simulated robot: PushT publishes /camera/image_raw, /joint_states, /keypoints, ~reward and "
                + "~coverage, obeys /arm_controller/command, and starts an episode on ~reset (parameter ~seed); arm7 is a "
                + "seven-joint arm with a gripper and two cameras. Topics: docs/simulator.md.",
        footer = {"", "ROS arguments work as with any node: from:=to, __name:=N, _seed:=100000.",
            "Examples: dpros sim --speed 0      (as fast as the machine can, with /clock)",
            "          dpros sim --world arm7"})
public final class SimCommand implements Callable<Integer> {
    /** Simulated robots. */
    enum World { /** PushT. */ PUSHT, /** Seven joints, a gripper and two cameras. */ ARM7 }

    @Option(names = "--world", defaultValue = "pusht", paramLabel = "NAME",
            description = "robot and name of its node: pusht or arm7 (default: ${DEFAULT-VALUE})")
    private World world;

    @Option(names = "--seed", defaultValue = "100000", paramLabel = "N", description = "first episode (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--camera-rate", converter = Numbers.Positive.class, defaultValue = "30", paramLabel = "HZ",
            description = "frames per second (default: ${DEFAULT-VALUE})")
    private double cameraHz;

    @Option(names = "--joint-rate", converter = Numbers.Positive.class, defaultValue = "100", paramLabel = "HZ",
            description = "PushT: joint states per second (arm7 has 500; default: ${DEFAULT-VALUE})")
    private double jointHz;

    @Option(names = "--follow", defaultValue = "hold", paramLabel = "HOW",
            description = "PushT: between waypoints: hold (the reference's meaning of an action) or linear (default: ${DEFAULT-VALUE})")
    private PushTRobot.Following following;

    @Option(names = "--episode-seconds", converter = Numbers.NotNegative.class, defaultValue = "0", paramLabel = "S",
            description = "PushT: the world stops scoring an episode after so long; 0: never (default: ${DEFAULT-VALUE})")
    private double episodeSeconds;

    @Option(names = "--speed", paramLabel = "FACTOR",
            description = "world seconds per second, with /clock; 0: as fast as possible (default: real time, no /clock)")
    private Double speed;

    @Mixin
    private TransportOption transport = new TransportOption();

    @Parameters(paramLabel = "ROS_ARGUMENT", arity = "0..*", description = "from:=to, __name:=N, _param:=value")
    private List<String> rosArguments = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        NodeArguments arguments = transport.arguments(rosArguments, "");
        PushTWorldNode.Options options = options();
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            Transport node = lifecycle.own(arguments.connect(world.name().toLowerCase(Locale.ROOT)));
            node.onShutdown(reason -> {
                Verbosity.warn(spec, "shut down by the master: " + reason);
                lifecycle.requestStop(ExitCode.FAILURE);
            });
            if (world == World.ARM7) {
                lifecycle.own(new Arm7WorldNode(node, options.pace(), options.cameraHz(), seed)).start();
            } else {
                lifecycle.own(new PushTWorldNode(node, options)).start();
            }
            ParentWatch.start(lifecycle);
            Verbosity.tell(spec, node.nodeName() + " simulates " + world);
            return lifecycle.awaitStop();
        }
    }

    private PushTWorldNode.Options options() {
        try {
            PushTRobot.Options reference = PushTRobot.Options.REFERENCE;
            PushTRobot.Options robot = new PushTRobot.Options(following, Math.round(episodeSeconds * 1e9),
                    reference.lowest(), reference.highest());
            WorldPace pace = speed == null ? WorldPace.REAL_TIME : new WorldPace(speed, true);
            return new PushTWorldNode.Options(robot, pace, cameraHz, jointHz, seed);
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }
}
