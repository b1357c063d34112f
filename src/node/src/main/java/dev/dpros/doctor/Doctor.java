package dev.dpros.doctor;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.Clock;
import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.ToolPolicy;
import dev.dpros.node.NodeRehearsal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what may keep a policy from driving a robot: configuration, policy, the way to the robot, its topics, this machine.
 * Subscribes as a run does; publishes no command, offers no service, starts nothing. One thread; blocks for seconds.
 */
public final class Doctor {
    private static final long SETTLE_NS = 1_000_000_000L;
    private static final long LOOK_MS = 20;

    private final RobotConfig config;
    private final Settings settings;
    private final Clock clock;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * What is looked at.
     *
     * @param file the configuration's file
     * @param seconds how long the topics are watched
     * @param folders into which a run would write
     */
    public record Settings(Path file, double seconds, List<Path> folders) {}

    /** @param clock the machine's */
    public Doctor(RobotConfig config, Settings settings, Clock clock) {
        this.config = config;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Looks at everything.
     *
     * @param join joins the graph, under a name that no other node has
     * @param says hears what is being done, a line each time
     */
    public List<Finding> examine(Supplier<Transport> join, Consumer<String> says) throws InterruptedException {
        findings.add(Finding.ok("configuration", settings.file() + ": " + config.observations().size() + " inputs, " + config.layout().names().size()
                + " joints"));
        findings.addAll(Marks.in(settings.file()));
        says.accept("loads the policy");
        PolicyDefinition definition = policy();
        says.accept("joins the graph");
        try (Transport transport = join.get()) {
            robot(definition, transport, says);
        } catch (InputException e) {
            findings.add(Finding.fault("graph", String.valueOf(e.getMessage()), ""));
        }
        findings.addAll(new MachineCheck().findings(config, settings.folders()));
        return List.copyOf(findings);
    }

    private @Nullable PolicyDefinition policy() {
        try {
            PolicyDefinition definition = PolicyReader.read(config.policy());
            findings.addAll(PolicyCheck.findings(config, definition));
            return definition;
        } catch (InputException e) {
            findings.add(Finding.fault("policy", String.valueOf(e.getMessage()), ""));
            return null;
        }
    }

    private void robot(@Nullable PolicyDefinition definition, Transport transport, Consumer<String> says) throws InterruptedException {
        if (definition == null) {
            says.accept("looks around for " + settings.seconds() + " s");
            Thread.sleep(Math.round(settings.seconds() * 1e3));
            findings.addAll(transport.findings());
            findings.add(Finding.note("topics", "not looked at, as the policy says which there must be", ""));
            return;
        }
        try (NodeRehearsal node = new NodeRehearsal(config, definition, transport)) {
            says.accept("watches the topics for " + settings.seconds() + " s");
            TopicCheck topics = new TopicCheck(config, ToolPolicy.live(definition.config()), transport, node);
            CommandCheck command = new CommandCheck(config, transport, node);
            double seconds = watch(node, topics, command);
            findings.addAll(transport.findings());
            findings.addAll(topics.end(seconds));
            findings.addAll(command.end(node.control().rules().takeUp()));
        } catch (InputException e) {
            findings.addAll(transport.findings());
            findings.add(Finding.fault("configuration", String.valueOf(e.getMessage()), ""));
        }
    }

    /** Waits until every source has been heard, or long enough; then counts. Returns for how long, s. */
    private double watch(NodeRehearsal node, TopicCheck topics, CommandCheck command) throws InterruptedException {
        long settledNs = clock.monotonicNs() + SETTLE_NS + Math.round(settings.seconds() * 1e9);
        while (!topics.allHeard() && clock.monotonicNs() < settledNs) {
            Thread.sleep(LOOK_MS);
        }
        topics.begin();
        long startNs = clock.monotonicNs();
        long endNs = startNs + Math.round(settings.seconds() * 1e9);
        while (clock.monotonicNs() < endNs) {
            command.look(node.measured());
            Thread.sleep(LOOK_MS);
        }
        return (clock.monotonicNs() - startNs) / 1e9;
    }
}
