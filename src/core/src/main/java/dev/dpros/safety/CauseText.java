package dev.dpros.safety;

import dev.dpros.core.SourceHealth;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says in words why the watchdog is where it is: event, source, joint, value, limit, age. The one place where these lines
 * are made, for log, diagnostics, page, {@code top} and trace. Immutable; any thread; allocates.
 */
public final class CauseText {
    private static final double S_NS = 1e9;
    private static final double MINUTE_S = 60;
    private static final double HOUR_S = 3_600;
    private static final double DAY_S = 86_400;
    private static final double YEAR_S = 365.25 * DAY_S;

    private final List<SourceHealth> sources;
    private final List<JointLimits> joints;
    private final String start;
    private final IntFunction<String> lost;

    /**
     * Names what is spoken of.
     *
     * @param sources in the watchdog's order
     * @param joints the action's dimensions with their limits, in order
     * @param start the service that starts the policy, as {@code rosservice} calls it
     */
    public CauseText(List<SourceHealth> sources, List<JointLimits> joints, String start) {
        this(sources, joints, start, joint -> "");
    }

    /** The same. @param lost says why the output that has this dimension first is lost; empty if there is nothing to say */
    public CauseText(List<SourceHealth> sources, List<JointLimits> joints, String start, IntFunction<String> lost) {
        this.sources = List.copyOf(sources);
        this.joints = List.copyOf(joints);
        this.start = start;
        this.lost = lost;
    }

    /** {@code nominal -> hold: chunk exhausted}. */
    public String transition(TransitionLog.Entry made) {
        return states(made) + cause(made);
    }

    /** {@code nominal -> hold: }, to be followed by the cause. */
    public String states(TransitionLog.Entry made) {
        return lower(made.from) + " -> " + lower(made.to) + ": ";
    }

    /** What led to a transition. */
    public String cause(TransitionLog.Entry made) {
        return cause(made.event, made.source, made.joint, made.value, made.limit);
    }

    /**
     * An event in words.
     *
     * @param source index, or {@link Watchdog#NO_SOURCE}
     * @param joint index, or {@link Watchdog#NO_JOINT}
     * @param value what was found, in the unit of {@link Watchdog#value}; NaN if there is nothing to say
     * @param limit what would have been allowed; NaN if there is nothing to say
     */
    public String cause(SafetyEvent event, int source, int joint, double value, double limit) {
        SourceHealth about = source >= 0 && source < sources.size() ? sources.get(source) : null;
        return switch (event) {
            case NOT_STARTED -> "waiting for " + start;
            case CAMERA_STALE, JOINT_STATE_STALE -> stale(event, about, value, limit);
            case STAMPS_OFFSET -> about == null || Double.isNaN(value) ? plain(event, about) : event.reason() + ": " + offset(about, value, limit);
            case CONSTANT_INPUT -> about == null || Double.isNaN(value) || about.constants().isEmpty() ? plain(event, about)
                    : event.reason() + ": " + about.name() + ", " + about.constants().text(joint, value);
            case OUTPUT_LOST -> outputLost(joint);
            case TICK_OVERRUN -> Double.isNaN(value) ? event.reason()
                    : event.reason() + ": " + Math.round(value) + " control periods missed in a row, allowed below " + Math.round(limit);
            default -> joint >= 0 && joint < joints.size() ? event.reason() + ": " + joint(joints.get(joint), value, limit) : plain(event, about);
        };
    }

    private String outputLost(int joint) {
        String line = SafetyEvent.OUTPUT_LOST.reason();
        if (joint < 0 || joint >= joints.size()) {
            return line;
        }
        String why = lost.apply(joint);
        return line + ": " + joints.get(joint).name() + (why.isEmpty() ? "" : ": " + why);
    }

    private static String plain(SafetyEvent event, @Nullable SourceHealth about) {
        return about == null ? event.reason() : event.reason() + ": " + about.name();
    }

    private static String stale(SafetyEvent event, @Nullable SourceHealth about, double ageS, double limitS) {
        if (about == null) {
            return event.reason() + ": no measured position to start from";
        }
        boolean camera = about.kind() == SourceHealth.Kind.CAMERA;
        String what = camera ? "picture" : "message";
        String age = Double.isNaN(ageS) ? "no " + what + " yet" : "last " + what + " " + duration(ageS) + " ago, allowed " + duration(limitS);
        return stale(event, about, age);
    }

    private static String stale(SafetyEvent event, SourceHealth about, String why) {
        String words = about.kind() == SourceHealth.Kind.OTHER ? "input stale" : event.reason();
        return words + ": " + about.name() + ", " + why;
    }

    /** A source that is stale at this moment: if some of its names are missing while messages come, which; else its age. */
    public static String staleNow(SafetyEvent event, SourceHealth about, long nowNs) {
        String missing = missing(about, nowNs);
        long last = about.lastReceivedNs();
        double ageS = last == SourceHealth.NEVER ? Double.NaN : Math.max(0, nowNs - last) / S_NS;
        return missing.isEmpty() ? stale(event, about, ageS, about.maxAgeNs() / S_NS)
                : stale(event, about, missing + ", allowed " + duration(about.maxAgeNs() / S_NS));
    }

    /**
     * Which of a source's names (joints) are missing or too old while messages come, with their ages.
     *
     * @return {@code names missing: a, b (never came), gripper (came 1.2 s ago)}, or an empty text
     */
    public static String missing(SourceHealth about, long nowNs) {
        return missing(about, nowNs, lastNs -> "came " + duration((nowNs - lastNs) / S_NS) + " ago");
    }

    /** The same without ages, as it is when its newest message comes: {@code names missing: a (never came), b (comes no longer)}. */
    public static String missing(SourceHealth about) {
        return missing(about, about.lastHeardNs(), lastNs -> "comes no longer");
    }

    private static String missing(SourceHealth about, long nowNs, LongFunction<String> words) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        for (int part : about.missing(nowNs)) {
            long last = about.lastReceivedNs(part);
            String since = last == SourceHealth.NEVER ? "never came" : words.apply(last);
            names.computeIfAbsent(since, key -> new ArrayList<>()).add(about.parts().get(part));
        }
        List<String> said = new ArrayList<>();
        names.forEach((since, those) -> said.add(String.join(", ", those) + " (" + since + ")"));
        return said.isEmpty() ? "" : "names missing: " + String.join(", ", said);
    }

    /**
     * Stamps that do not fit the clock, with what to do.
     *
     * @param offsetS receive time less stamp
     * @param limitS its bound
     */
    public static String offset(SourceHealth source, double offsetS, double limitS) {
        String what = switch (source.kind()) {
            case CAMERA -> "camera " + source.name() + " is";
            case JOINT_STATE -> "joint states " + source.name() + " are";
            case OTHER -> "input " + source.name() + " is";
        };
        return what + " stamped " + duration(Math.abs(offsetS)) + (offsetS < 0 ? " ahead of" : " behind")
                + " this node's clock, allowed " + duration(Math.abs(limitS)) + ": synchronise clocks";
    }

    /** A position at rest that is no longer repeated, because the robot was moved. @param by robot units */
    public static String left(String joint, double by) {
        return "at rest, silent: " + joint + " was moved by " + BigDecimal.valueOf(by).round(new MathContext(4)).stripTrailingZeros().toPlainString();
    }

    private static String joint(JointLimits limits, double value, double limit) {
        if (Double.isNaN(value)) {
            return limits.name();
        }
        boolean position = limit == limits.minPosition() || limit == limits.maxPosition();
        return limits.name() + " " + number(value) + " beyond "
                + (position ? "[" + number(limits.minPosition()) + ", " + number(limits.maxPosition()) + "]" : number(limit));
    }

    /** A number with at most nine digits. */
    static String number(double value) {
        return Double.isFinite(value) ? BigDecimal.valueOf(value).round(new MathContext(9)).stripTrailingZeros().toPlainString()
                : String.valueOf(value);
    }

    /** A time span with its unit, for people: {@code 512 ms}, {@code 4.0 s}, {@code 43.1 years}. */
    public static String duration(double seconds) {
        if (seconds < 0.9995) {
            return Math.round(seconds * 1e3) + " ms";
        }
        double[] units = {1, MINUTE_S, HOUR_S, DAY_S, YEAR_S};
        String[] names = {"s", "min", "h", "days", "years"};
        int unit = 0;
        while (unit + 1 < units.length && seconds >= 2 * units[unit + 1]) {
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", seconds / units[unit], names[unit]);
    }

    private static String lower(SafetyState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
