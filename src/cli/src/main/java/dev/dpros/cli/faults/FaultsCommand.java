package dev.dpros.cli.faults;

import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.config.ConfigReader;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.TransportProvider;
import dev.dpros.faults.FaultRig;
import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.FaultTrial;
import dev.dpros.faults.FaultTrial.Outcome;
import dev.dpros.faults.FaultTrial.Recovery;
import dev.dpros.faults.FaultTrials;
import dev.dpros.process.ExitCode;
import dev.dpros.process.Home;
import dev.dpros.process.JsonFile;
import dev.dpros.process.Lifecycle;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros faults}: breaks what a control node depends on, one thing at a time, and checks how it answers. */
@Command(
        name = "faults",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Break sensors, clock, sampler, master, parameters, trace, controller and processes around a control node in "
                + "simulation, over real ROS topics, push its robot, let go of its dead-man switch, and check from another node: noticed in "
                + "time, right state and reason, commands bounded, nothing moves that must rest, recovered. All of it is in a graph of its "
                + "own on this machine: a master, or a domain of ROS 2, in which nobody else is.",
        footer = {"", "Exit code 1 if any check fails.",
            "Examples: dpros faults", "          dpros faults --only camera_drop --json faults.json",
            "          dpros faults --transport ros2"})
public final class FaultsCommand implements Callable<Integer> {
    /** Their names, in the order in which they are run. */
    private static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(ordered().stream().map(FaultTrial::name).toList());
        }
    }

    @Option(names = "--only", paramLabel = "NAME", split = ",", completionCandidates = Names.class,
            description = "only these faults (default: all): ${COMPLETION-CANDIDATES}")
    private List<String> only = List.of();

    @Option(names = "--config", paramLabel = "FILE", description = "robot configuration (default: launch/pusht.yaml)")
    private Path config;

    @Mixin
    private TransportOption transport = new TransportOption();

    @Option(names = "--seed", defaultValue = "100000", paramLabel = "N", description = "first episode (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the results to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Path robot = config != null ? config : Home.path("launch/pusht.yaml");
        TransportProvider provider = transport.provider(ConfigReader.transport(robot));
        Map<String, String> leftOut = FaultTrials.leftOut(provider.name());
        List<FaultTrial> trials = chosen(provider.name(), leftOut);
        List<Outcome> outcomes = new ArrayList<>();
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-27s %-30s %22s %22s  %-8s %s%n", "fault", "expected", "noticed, ms (bound)", "recovered, ms (bound)",
                "commands", "");
        for (List<FaultTrial> together : groups(trials)) {
            run(provider, robot, together, outcomes, out);
        }
        boolean passed = outcomes.stream().allMatch(Outcome::passed);
        out.printf("%d of %d passed%n", outcomes.stream().filter(Outcome::passed).count(), outcomes.size());
        if (only.isEmpty()) {
            new TreeMap<>(leftOut).forEach((name, why) -> out.printf("not over %s: %s (%s)%n", provider.name(), name, why));
        }
        out.flush();
        if (json != null) {
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("passed", passed);
            report.put("transport", provider.name());
            report.put("faults", outcomes.stream().map(Outcome::asMap).toList());
            report.put("left_out", leftOut);
            JsonFile.write(json, report);
        }
        return passed ? 0 : ExitCode.FAILURE;
    }

    private List<FaultTrial> chosen(String middleware, Map<String, String> leftOut) {
        List<FaultTrial> all = ordered();
        List<String> names = all.stream().map(FaultTrial::name).toList();
        for (String name : only) {
            if (!names.contains(name)) {
                throw new InputException("--only: expected one of " + names + ", found '" + name + "'"
                        + NearestName.hint(name, names));
            }
            if (leftOut.containsKey(name)) {
                throw new InputException("--only: '" + name + "' is not for " + middleware + ": " + leftOut.get(name));
            }
        }
        return all.stream().filter(trial -> only.isEmpty() ? !leftOut.containsKey(trial.name()) : only.contains(trial.name())).toList();
    }

    private static List<FaultTrial> ordered() {
        return FaultTrials.all().stream().sorted(Comparator.comparing(FaultTrial::kind)).toList();
    }

    /** Trials that one rig serves. */
    private static List<List<FaultTrial>> groups(List<FaultTrial> ordered) {
        List<List<FaultTrial>> groups = new ArrayList<>();
        Kind before = null;
        for (FaultTrial trial : ordered) {
            if (trial.kind() != before || trial.kind() == Kind.UNTOUCHED) {
                groups.add(new ArrayList<>());
            }
            before = trial.kind();
            groups.get(groups.size() - 1).add(trial);
        }
        return groups;
    }

    private void run(TransportProvider provider, Path robot, List<FaultTrial> trials, List<Outcome> outcomes, PrintWriter out) throws Exception {
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            FaultRig rig = lifecycle.own(new FaultRig(provider, robot, trials.get(0).kind(), seed));
            for (FaultTrial trial : trials) {
                Outcome outcome = trial.run(rig);
                outcomes.add(outcome);
                print(outcome, out);
            }
        }
    }

    private static void print(Outcome outcome, PrintWriter out) {
        FaultTrial trial = outcome.trial();
        out.printf("%-27s %-30s %22s %22s  %-8s %s%n", trial.name(),
                trial.expected().text(), time(outcome.detectedMs(), trial.expected().withinMs()),
                time(outcome.recoveredMs(), trial.expected().recoverMs()) + (trial.course().recovers() == Recovery.BY_ITSELF ? "*" : " "),
                outcome.bounded() ? "bounded" : "NOT OK", outcome.passed()
                        ? "passed" + (outcome.attempts() > 1 ? ", attempt " + outcome.attempts() : "") : "FAILED " + outcome.unrest() + " " + outcome.path());
        out.flush();
    }

    private static String time(double ms, long boundMs) {
        return (ms < 0 ? "never" : String.format("%.0f", ms)) + " (" + boundMs + ")";
    }
}
