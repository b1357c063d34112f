package dev.dpros.metrics.dashboard;

import java.util.List;
import java.util.Map;

/**
 * What the live page shows at one moment. Its components' names are the page's JSON keys. Made on the dashboard's thread,
 * up to 20 times a second and only while somebody looks.
 *
 * @param title robot and policy, one line
 * @param rosNs stamp time, ns
 * @param safety the watchdog
 * @param facts name and value of whatever describes the run: episode, score, steps
 * @param sources the observation sources
 * @param joints commanded and measured positions; null if there are none
 * @param overlays plans in camera images
 * @param cycles the last inference cycles, oldest first, about a dozen
 * @param limits how long stages may take
 * @param counters totals
 * @param recording the episode recorder; null if there is none
 * @param refusals what cannot be done now: the {@link DashboardControls.Action#path} with the reason, one line each
 */
public record Snapshot(
        String title,
        long rosNs,
        Safety safety,
        List<Fact> facts,
        List<Source> sources,
        Joints joints,
        List<Overlay> overlays,
        List<Cycle> cycles,
        List<Limit> limits,
        List<Counter> counters,
        Recording recording,
        Map<String, String> refusals) {

    /**
     * The watchdog.
     *
     * @param state {@code nominal}, {@code degraded}, {@code hold} or {@code fault}
     * @param reason why, in words
     * @param started whether the policy is meant to drive
     * @param waiting what the node waits for, one line each
     * @param history the last transitions, newest first
     */
    public record Safety(String state, String reason, boolean started, List<String> waiting, List<Transition> history) {}

    /**
     * A transition of the watchdog.
     *
     * @param rosNs when, stamp time
     * @param from state before
     * @param to state after
     * @param reason why, in words
     */
    public record Transition(long rosNs, String from, String to, String reason) {}

    /**
     * A tile.
     *
     * @param name what
     * @param value with its unit
     */
    public record Fact(String name, String value) {}

    /**
     * An observation source.
     *
     * @param name short name of its topic
     * @param input the policy's input that it feeds
     * @param kind {@code camera} or {@code vector}
     * @param ageMs time since its last usable sample; NaN before the first
     * @param maxAgeMs age beyond which it is stale
     * @param frozen whether its image repeats
     * @param blank whether its image is empty
     * @param offsetMs receive time less stamp, as it usually is; NaN if unknown
     * @param offset whether that is too far
     * @param samples taken in so far
     * @param rejected messages that could not be used
     */
    public record Source(String name, String input, String kind, double ageMs, double maxAgeMs, boolean frozen,
            boolean blank, double offsetMs, boolean offset, long samples, long rejected) {}

    /**
     * The command's coordinates, in order.
     *
     * @param names joints or axes
     * @param unit of all of them: rad, m, px
     * @param measured positions; NaN where unknown
     * @param commanded positions; NaN before the first command and while none is sent
     * @param lower limits; NaN where there are none
     * @param upper limits; NaN where there are none
     * @param plan what is to come; null if nothing is planned
     */
    public record Joints(List<String> names, String unit, double[] measured, double[] commanded, double[] lower,
            double[] upper, Plan plan) {}

    /**
     * What is left of the chunk being executed.
     *
     * @param inMs when each of its positions is due, from now; the first may lie less than a step back
     * @param positions {@code [step][joint]}
     */
    public record Plan(double[] inMs, double[][] positions) {}

    /**
     * A plan in a camera's image; coordinates are fractions of its width and height, x0, y0, x1, y1 ...
     *
     * @param camera name of the source
     * @param chunk the chunk being executed
     * @param executed how many of its points lie in the past
     * @param previous the chunks before it, newest first; may be empty
     * @param fan other samples from the same observation; may be empty
     */
    public record Overlay(String camera, double[] chunk, int executed, List<double[]> previous, List<double[]> fan) {}

    /**
     * One cycle from frame to command, times from the stamp of its observation.
     *
     * @param id number of the chunk
     * @param spans what happened when
     * @param totalMs until its first command
     * @param deadlineMs until when it had to be there; 0 if there was no deadline
     * @param late whether it was not
     * @param steps denoising steps
     */
    public record Cycle(long id, List<Span> spans, double totalMs, double deadlineMs, boolean late, int steps) {}

    /**
     * Part of a cycle.
     *
     * @param stage {@code camera}, {@code prepare}, {@code wait}, {@code encode}, {@code denoise}, {@code publish}
     * @param startMs after the observation's stamp
     * @param endMs after the observation's stamp
     */
    public record Span(String stage, double startMs, double endMs) {}

    /**
     * How long a stage may take.
     *
     * @param stage label of the {@link dev.dpros.metrics.Stage}
     * @param source which instance, or empty for all
     * @param ms beyond it a deadline is missed or a source stale
     */
    public record Limit(String stage, String source, double ms) {}

    /**
     * A total.
     *
     * @param name what
     * @param value count
     * @param bad whether anything but 0 deserves attention
     * @param note more about it, such as who it was; may be empty
     */
    public record Counter(String name, long value, boolean bad, String note) {
        /** A total about which there is no more to say. */
        public Counter(String name, long value, boolean bad) {
            this(name, value, bad, "");
        }
    }

    /**
     * The episode recorder.
     *
     * @param state {@code idle}, {@code recording} or {@code fault}
     * @param episode number
     * @param seconds length
     * @param bytes size
     * @param dropped messages lost
     * @param note one line: the task, or what is wrong
     */
    public record Recording(String state, int episode, double seconds, long bytes, long dropped, String note) {}
}
