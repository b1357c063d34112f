package dev.dpros.node.audit;

import dev.dpros.control.AtRest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Checks when a robot is commanded: that the first command after silence is near the measured position, and that nothing
 * is sent while nobody drives, but the end of a motion. What is to be judged comes in order of receipt, a second of
 * disorder between topics does no harm. One thread.
 */
public final class MotionAudit {
    /** What can be wrong. */
    public enum Finding {
        /** A first command farther from the measured position than the tolerance. */ TAKE_UP,
        /** A command that nobody asked for. */ NOBODY_DRIVES
    }

    /**
     * What the robot's configuration says. Arrays are kept.
     *
     * @param names {@code [A]} dimensions
     * @param takeUp {@code [A]} by how much a first command may be off, robot units; infinite where it may be anything
     * @param atRest what is sent at rest
     * @param periodNs of the control loop
     * @param stopNs the longest stop
     */
    public record Rules(String[] names, double[] takeUp, AtRest atRest, long periodNs, long stopNs) {}

    private static final long NEVER = Long.MIN_VALUE;
    private static final long SILENCE_NS = 500_000_000;
    private static final long AFTER_NS = 500_000_000;
    private static final long FRESH_NS = 500_000_000;
    private static final long NEAR_NS = 100_000_000;
    private static final long DISORDER_NS = 1_000_000_000;

    private record State(long ns, Boolean commanding, boolean drives) {}

    private record Sample(long ns, double[] values) {}

    private record Entry(long dueNs, long number, Runnable work) {}

    private final Rules rules;
    private final long nearNs;
    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(Comparator.comparingLong(Entry::dueNs).thenComparingLong(Entry::number));
    private final Deque<State> states = new ArrayDeque<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Map<Finding, Long> counts = new EnumMap<>(Finding.class);
    private String first = "";
    private long number;
    private long newestNs = NEVER;
    private long beginNs = Long.MAX_VALUE;
    private long firstStateNs = NEVER;
    private long droveNs = NEVER;
    private long silentNs = NEVER;
    private long commandNs = NEVER;
    private double[] command = {};
    private long changedNs = NEVER;
    private long outsideNs = NEVER;
    private long commands;
    private long starts;
    private long unjudgedStarts;
    private long unjudged;

    /** An audit by these rules. */
    public MotionAudit(Rules rules) {
        this.rules = rules;
        nearNs = 2 * rules.periodNs + 50_000_000;
    }

    /**
     * A message of {@code ~state}.
     *
     * @param commanding whether a frame was sent; null if it does not say
     * @param drives whether policy or human drove
     */
    public void state(long ns, Boolean commanding, boolean drives) {
        enter(ns, ns, () -> {
            states.add(new State(ns, commanding, drives));
            while (states.peek().ns < ns - SILENCE_NS - 2 * nearNs) {
                states.remove();
            }
            firstStateNs = firstStateNs == NEVER ? ns : firstStateNs;
            droveNs = drives ? ns : droveNs;
            silentNs = Boolean.FALSE.equals(commanding) ? ns : silentNs;
        });
    }

    /** A measured position, {@code [A]}. */
    public void measured(long ns, double[] values) {
        enter(ns, ns, () -> {
            samples.add(new Sample(ns, values));
            while (samples.peek().ns < ns - FRESH_NS - NEAR_NS - nearNs) {
                samples.remove();
            }
        });
    }

    /**
     * A command.
     *
     * @param values {@code [A]} where the robot is to be now; of another size if that is not what the command says
     * @param anew whether it is known to begin anew, without silence before it
     */
    public void command(long ns, double[] values, boolean anew) {
        enter(ns, ns + nearNs, () -> judge(ns, values, anew));
    }

    /** Judges what is left. */
    public void finish() {
        while (!entries.isEmpty()) {
            entries.remove().work.run();
        }
    }

    private void enter(long ns, long dueNs, Runnable work) {
        beginNs = Math.min(beginNs, ns);
        newestNs = Math.max(newestNs, ns);
        entries.add(new Entry(dueNs, number++, work));
        while (entries.peek() != null && entries.peek().dueNs <= newestNs - DISORDER_NS) {
            entries.remove().work.run();
        }
    }

    private void judge(long ns, double[] values, boolean anew) {
        commands++;
        boolean starts = anew || commandNs == NEVER || ns - commandNs > SILENCE_NS
                || ns - commandNs > nearNs && silentNs > commandNs && silentNs < ns;
        boolean seen = ns - beginNs > SILENCE_NS || silentNs != NEVER && silentNs < ns;
        if (!Arrays.equals(values, command) || starts) {
            changedNs = ns;
        }
        if (starts && seen) {
            start(ns, values);
        } else if (starts) {
            unjudgedStarts++;
        }
        rest(ns, values);
        commandNs = ns;
        command = values;
    }

    /** The first command after silence, against what the node may have known of the robot. */
    private void start(long ns, double[] values) {
        Sample newest = newest(ns);
        if (newest == null || values.length != rules.names.length) {
            unjudgedStarts++;
            return;
        }
        starts++;
        for (Sample sample : samples) {
            if (sample.ns <= ns && sample.ns >= newest.ns - NEAR_NS && outside(sample, values) < 0) {
                return;
            }
        }
        int dim = outside(newest, values);
        find(Finding.TAKE_UP, ns, String.format(Locale.ROOT, "first command of %s is %.6g, measured %.6g: %.6g apart, tolerance %.6g",
                rules.names[dim], values[dim], newest.values[dim], Math.abs(values[dim] - newest.values[dim]), rules.takeUp[dim]));
    }

    private Sample newest(long ns) {
        Sample newest = null;
        for (Sample sample : samples) {
            newest = sample.ns <= ns && ns - sample.ns <= FRESH_NS ? sample : newest;
        }
        return newest;
    }

    /** The dimension that is farthest outside in relation to its tolerance, or -1. */
    private int outside(Sample sample, double[] values) {
        int worst = -1;
        double most = 1;
        for (int d = 0; d < values.length; d++) {
            double share = Math.abs(values[d] - sample.values[d]) / Math.max(rules.takeUp[d], 1e-9);
            if (!(share <= most)) {
                most = share;
                worst = d;
            }
        }
        return worst;
    }

    /** A command while nobody drives: the end of a motion, half a second of rest, and then what the rule says. */
    private void rest(long ns, double[] values) {
        boolean known = false;
        boolean near = false;
        boolean commanding = false;
        for (State state : states) {
            known |= Math.abs(state.ns - ns) <= SILENCE_NS;
            near |= Math.abs(state.ns - ns) <= nearNs;
            commanding |= Math.abs(state.ns - ns) <= nearNs && !Boolean.FALSE.equals(state.commanding);
        }
        if (!known) {
            unjudged++;
            return;
        }
        if (near && !commanding) {
            find(Finding.NOBODY_DRIVES, ns, "a command while ~state says that none is sent");
            return;
        }
        long endNs = droveNs == NEVER ? firstStateNs : droveNs;
        long restNs = Math.min(endNs + rules.stopNs, Math.max(changedNs, endNs));
        if (ns - endNs <= nearNs) {
            outsideNs = NEVER;
        } else if (rules.atRest != AtRest.REPEAT) {
            if (ns - restNs > AFTER_NS + nearNs) {
                find(Finding.NOBODY_DRIVES, ns, String.format(Locale.ROOT, "a command %.3f s after nobody drove any more (at_rest: silent)",
                        (ns - endNs) * 1e-9));
            }
        } else if (changedNs > endNs + rules.stopNs + nearNs) {
            find(Finding.NOBODY_DRIVES, ns, String.format(Locale.ROOT, "the repeated command changed %.3f s after nobody drove any more",
                    (changedNs - endNs) * 1e-9));
        } else {
            left(ns, values);
        }
    }

    /** A position that is repeated although the robot is not there. */
    private void left(long ns, double[] values) {
        Sample newest = newest(ns);
        int dim = newest == null || values.length != rules.names.length ? -1 : outside(newest, values);
        if (dim < 0) {
            outsideNs = NEVER;
            return;
        }
        outsideNs = outsideNs == NEVER ? ns : outsideNs;
        if (ns - outsideNs > AFTER_NS + NEAR_NS + nearNs) {
            find(Finding.NOBODY_DRIVES, ns, String.format(Locale.ROOT, "%.6g of %s is repeated, measured %.6g: %.6g apart, tolerance %.6g",
                    values[dim], rules.names[dim], newest.values[dim], Math.abs(values[dim] - newest.values[dim]), rules.takeUp[dim]));
        }
    }

    private void find(Finding kind, long ns, String what) {
        if (first.isEmpty()) {
            first = String.format(Locale.ROOT, "%s: %s, in command %d (received at %d.%09d)", kind, what, commands,
                    ns / 1_000_000_000L, ns % 1_000_000_000L);
        }
        counts.merge(kind, 1L, Long::sum);
    }

    /** Commands seen. */
    public long commands() {
        return commands;
    }

    /** First commands after silence that were held against a measured position. */
    public long starts() {
        return starts;
    }

    /** First commands that could not be: nothing measured, no position in them, or the recording begins with them. */
    public long unjudgedStarts() {
        return unjudgedStarts;
    }

    /** Commands of which it is not known whether somebody drove. */
    public long unjudged() {
        return unjudged;
    }

    /** What was found, how often; empty if all was well. */
    public Map<Finding, Long> findings() {
        return Map.copyOf(counts);
    }

    /** The first finding in words; empty if there is none. */
    public String first() {
        return first;
    }
}
