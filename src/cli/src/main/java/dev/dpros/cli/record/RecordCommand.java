package dev.dpros.cli.record;

import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.Terminals;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.TopicQuality;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.Transport;
import dev.dpros.node.record.RecordingSession;
import dev.dpros.process.Lifecycle;
import dev.dpros.recording.RecorderState;
import dev.dpros.recording.RecorderStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros record}: records demonstrations until it is told to quit. */
@Command(name = "record", mixinStandardHelpOptions = true,
        description = "Records teleoperated episodes: the sources of the robot's configuration, the commanded and the sent action, each "
            + "message with its stamps, into a journal that survives kill -9 and power loss.",
        footer = {"", "Keys: space start/stop, s success, f failure, d discard, i intervention on/off, q quit.",
            "Services: ~start_episode ~stop_episode ~success ~failure ~discard (std_srvs/Trigger), ~intervention (std_srvs/SetBool). "
                + "Joystick: record.joy and record.buttons in the configuration.",
            "Parameter ~task: task text of the next episode.",
            "", "Afterwards: dpros dataset info|verify|export DIR"})
public final class RecordCommand implements Callable<Integer> {
    private static final int TERMINAL_PERIOD_MS = 200;
    private static final int LOG_PERIOD_MS = 5_000;
    private static final int KEY_TIMEOUT_MS = 200;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "Robot configuration.")
    private Path config;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, required = true, paramLabel = "DIR",
            description = "Recording directory; made if need be.")
    private Path output;

    @Mixin
    private TransportOption transport = new TransportOption();

    @Option(names = "--task", paramLabel = "TEXT", defaultValue = "", description = "Task text of the episodes.")
    private String task;

    @Option(names = "--start", description = "Start the first episode at once.")
    private boolean startAtOnce;

    @Parameters(arity = "0..*", hidden = true, description = "ROS remappings: from:=to, __name:=, _param:=.")
    private List<String> arguments = List.of();

    @Spec
    private CommandSpec spec;

    private volatile boolean human;

    @Override
    public Integer call() throws Exception {
        NodeArguments ros = transport.arguments(arguments, ConfigReader.transport(config));
        RobotConfig robot = ConfigReader.read(config).config();
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            Transport node = lifecycle.own(ros.connect("recorder"));
            node.onShutdown(reason -> lifecycle.requestStop(0));
            TopicQuality.ask(robot, node);
            RecordingSession session = lifecycle.own(new RecordingSession(robot, node, output));
            if (!task.isEmpty()) {
                session.recorder().task(task);
            }
            if (startAtOnce) {
                session.start();
            }
            boolean terminal = Terminals.interactive();
            ScheduledExecutorService display = Executors.newSingleThreadScheduledExecutor(r -> new Thread(r, "display"));
            lifecycle.own(display::shutdownNow);
            int period = terminal ? TERMINAL_PERIOD_MS : LOG_PERIOD_MS;
            if (!Verbosity.quiet(spec)) {
                display.scheduleAtFixedRate(() -> show(session, terminal), 0, period, TimeUnit.MILLISECONDS);
            }
            if (terminal) {
                Thread keys = new Thread(() -> readKeys(session, lifecycle), "keyboard");
                keys.setDaemon(true);
                keys.start();
            }
            return lifecycle.awaitStop();
        }
    }

    private void show(RecordingSession session, boolean terminal) {
        PrintWriter out = spec.commandLine().getOut();
        String line = line(session.recorder().status());
        out.print(terminal ? "\r\u001b[K" + line : line + System.lineSeparator());
        out.flush();
    }

    /** The live line: state, episode, seconds, messages per source, drops, disk left. */
    public static String line(RecorderStatus status) {
        StringBuilder line = new StringBuilder();
        line.append(status.state() == RecorderState.RECORDING ? "REC " : status.state() + " ");
        if (status.episode() >= 0) {
            line.append(String.format("episode %d %.1f s ", status.episode(), status.seconds()));
        }
        for (RecorderStatus.Source source : status.sources()) {
            line.append(source.key()).append(' ')
                    .append(status.episode() < 0 ? source.received() : source.recorded()).append(' ');
        }
        line.append("| drops ").append(status.dropped());
        long refused = status.sources().stream().mapToLong(RecorderStatus.Source::refused).sum();
        if (refused > 0) {
            line.append(", too large ").append(refused);
        }
        line.append(String.format(" | %.1f MB | disk %.1f GB left", status.bytes() / 1e6, status.diskFreeBytes() / 1e9));
        if (status.intervention()) {
            line.append(" | HUMAN");
        }
        if (!status.silent().isEmpty()) {
            line.append(" | NOTHING FROM ").append(status.silent());
        }
        boolean trouble = status.state() == RecorderState.FAULT || status.state() == RecorderState.DISK_FULL;
        return trouble ? line.append(" | ").append(status.reason()).toString() : line.toString();
    }

    private void readKeys(RecordingSession session, Lifecycle lifecycle) {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            Attributes before = terminal.enterRawMode();
            lifecycle.own(() -> terminal.setAttributes(before)); // a signal must not leave the shell without echo
            try {
                NonBlockingReader reader = terminal.reader();
                int key = reader.read(KEY_TIMEOUT_MS);
                while (key != -1) {
                    if (key == 'q' || key == 3) {
                        lifecycle.requestStop(0);
                        return;
                    }
                    press(key, session);
                    key = reader.read(KEY_TIMEOUT_MS);
                }
            } finally {
                terminal.setAttributes(before);
            }
        } catch (IOException e) {
            Verbosity.warn(spec, "no keyboard: " + e.getMessage() + "; use the services");
        }
    }

    private void press(int key, RecordingSession session) {
        boolean recording = session.recorder().status().state() == RecorderState.RECORDING;
        Supplier<String> command = switch (key) {
            case ' ' -> recording ? session.recorder()::stop : session::start;
            case 's' -> session.recorder()::success;
            case 'f' -> session.recorder()::failure;
            case 'd' -> session.recorder()::discard;
            case 'i' -> () -> {
                human = !human;
                return session.recorder().intervention(human);
            };
            default -> null;
        };
        if (command == null) {
            return;
        }
        String said;
        try {
            said = command.get();
        } catch (InputException e) {
            said = e.getMessage();
        }
        spec.commandLine().getOut().printf("\r\u001b[K%s%n", said);
    }
}
