package dev.dpros.cli.trace;

import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.ChunkOrigin;
import dev.dpros.node.trace.TraceReplay;
import dev.dpros.node.trace.TraceReport;
import dev.dpros.process.ExitCode;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros trace}: looks into the trace that a run has written, or runs its control loop again. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Look into the trace of a run (dpros run --trace FILE), or run its control loop again.",
        subcommands = {TraceCommand.Show.class, TraceCommand.Replay.class})
public final class TraceCommand {

    /** {@code dpros trace show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Print each inference from frame to command, the changes of the safety state, goals, and late ticks.",
            footer = {"", "Example: dpros trace show /dev/shm/dpros.trace --last 20"})
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "the trace, of a run that has ended or goes on")
        private Path file;

        @Option(names = "--last", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "20",
                description = "inferences to print (default: ${DEFAULT-VALUE})")
        private int last;

        @Option(names = "--late-us", converter = Numbers.NotNegative.class, paramLabel = "US", defaultValue = "100",
                description = "ticks later than this count as late (default: ${DEFAULT-VALUE})")
        private double lateUs;

        @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write all of it to this file")
        private Path json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TraceReport report = TraceReport.of(file);
            print(report, spec.commandLine().getOut());
            if (json != null) {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("node", report.node());
                tree.put("policy", report.policy());
                tree.put("ticks", report.ticks());
                tree.put("seconds", report.seconds());
                tree.put("torn_records", report.torn());
                tree.put("samples", report.samples());
                tree.put("state_changes", report.changes());
                tree.put("no_longer_repeated", report.left());
                tree.put("goals", report.goals());
                tree.put("cycles", report.cycles());
                tree.put("late_ticks", report.late(lateUs));
                JsonFile.write(json, tree);
            }
            return 0;
        }

        private void print(TraceReport report, PrintWriter out) {
            List<TraceReport.Cycle> cycles = report.cycles();
            out.printf(Locale.ROOT, "%s with %s: %d ticks over %.1f s, %d inferences, %d torn records%n", report.node(),
                    report.policy(), report.ticks(), report.seconds(), cycles.size(), report.torn());
            report.samples().forEach((source, count) -> out.printf("  %s: %d samples%n", source, count));
            out.printf("%n%8s %10s %10s %10s %6s %10s %10s %10s   ms after the frame's stamp%n", "chunk", "received", "prepared",
                    "begun", "steps", "finished", "accepted", "published");
            for (TraceReport.Cycle cycle : cycles.subList(Math.max(0, cycles.size() - Math.max(0, last)), cycles.size())) {
                out.printf(Locale.ROOT, "%8d %10.1f %10.1f %10.1f %6d %10s %10.1f %10.1f%s%n", cycle.id(), cycle.receivedMs(),
                        cycle.preparedMs(), cycle.begunMs(), cycle.stepsMs().size(),
                        cycle.failed() ? "failed" : String.format(Locale.ROOT, "%.1f", cycle.finishedMs()), cycle.acceptedMs(),
                        cycle.publishedMs(), cycle.origin().equals(ChunkOrigin.REMOTE.label()) ? "  " + cycle.origin() : "");
            }
            out.println();
            report.changes().forEach(change -> out.printf(Locale.ROOT, "%9.3f s  %s -> %s: %s%s%n", change.secondsIn(),
                    change.from(), change.to(), change.reason(), change.cause().isEmpty() ? "" : " (" + change.cause() + ")"));
            report.left().forEach(left -> out.printf(Locale.ROOT, "%9.3f s  %s%n", left.secondsIn(), left.text()));
            report.goals().forEach(goal -> out.printf(Locale.ROOT, "%9.3f s  %s%n", goal.secondsIn(), goal.text()));
            List<TraceReport.LateTick> late = report.late(lateUs);
            out.printf(Locale.ROOT, "%n%d of %d ticks later than %.0f us%n", late.size(), report.ticks(), lateUs);
            late.stream().limit(10).forEach(tick -> out.printf(Locale.ROOT, "%9.3f s  %.0f us late, took %.0f us, %d missed%n",
                    tick.secondsIn(), tick.latenessUs(), tick.durationUs(), tick.missed()));
            out.flush();
        }
    }

    /** {@code dpros trace replay}. */
    @Command(name = "replay", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Run the control loop again on the recorded chunks, joint states and events, at the recorded times, "
                    + "and compare every tick. Exit code 1 if one differs.",
            footer = {"", "Example: dpros trace replay /dev/shm/dpros.trace"})
    static final class Replay implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "the trace")
        private Path file;

        @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the result to this file")
        private Path json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            TraceReplay.Result result = TraceReplay.of(file);
            PrintWriter out = spec.commandLine().getOut();
            result.transitions().forEach(t -> out.printf(Locale.ROOT, "tick %d  %s -> %s: %s (%s)%n", t.tick(), t.from(), t.to(),
                    t.reason().code(), t.cause()));
            out.printf("%d ticks run again from %s, %d chunks; %d compared, %d differ%s%n", result.replayed(),
                    result.beginning().name().toLowerCase(Locale.ROOT).replace('_', ' '), result.chunksTaken(),
                    result.compared(), result.differing(),
                    result.firstDifference().isEmpty() ? "" : "; first " + result.firstDifference());
            out.flush();
            if (json != null) {
                JsonFile.write(json, result);
            }
            return result.differing() == 0 ? 0 : ExitCode.FAILURE;
        }
    }
}
