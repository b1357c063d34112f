package dev.dpros.node.outputs;

import dev.dpros.core.Clock;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.TransitionLog;
import dev.dpros.safety.Watchdog;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Why a running node does what it does, in words: {@link CauseText} with the ages and offsets of this moment. Any thread;
 * allocates.
 */
public final class SafetyText {
    private static final int MOST_CAUSES = 4;
    private static final double S = 1e-9;

    private final CauseText words;
    private final Watchdog watchdog;
    private final List<SourceHealth> sources;
    private final Clock clock;
    private final boolean simulatedTime;
    private final RestWatch rest;

    /**
     * Speaks of a watchdog.
     *
     * @param sources in its order
     * @param simulatedTime whether stamp time follows {@code /clock}
     * @param rest what the loop does at rest
     */
    public SafetyText(CauseText words, Watchdog watchdog, List<SourceHealth> sources, Clock clock, boolean simulatedTime, RestWatch rest) {
        this.rest = rest;
        this.words = words;
        this.watchdog = watchdog;
        this.sources = List.copyOf(sources);
        this.clock = clock;
        this.simulatedTime = simulatedTime;
    }

    /** Of an earlier transition, both states included. */
    public String past(TransitionLog.Entry made) {
        return words.transition(made);
    }

    /** Of the newest transition, both states included, with what else stands against another state. */
    public String transition(TransitionLog.Entry made) {
        boolean stale = stale(made.event, made.source) && !CauseText.missing(sources.get(made.source), clock.monotonicNs()).isEmpty();
        String line = stale ? words.states(made) + live(made.event, made.source) : words.transition(made);
        return line + others(made.to, made.event, made.source);
    }

    /** What led to a transition. */
    public String cause(TransitionLog.Entry made) {
        return words.cause(made);
    }

    /** {@code hold: chunk exhausted; camera stale: ...}. */
    public String state() {
        return watchdog.state().name().toLowerCase(Locale.ROOT) + ": " + reason();
    }

    /** Why the state is what it is, and what else stands against another one. */
    public String reason() {
        SafetyEvent event = watchdog.reason();
        int source = watchdog.reasonSource();
        String left = rest.left();
        return live(event, source) + others(watchdog.state(), event, source) + (left.isEmpty() ? "" : "; " + left);
    }

    /** What the loop does at rest. */
    public RestWatch rest() {
        return rest;
    }

    private String others(SafetyState state, SafetyEvent reason, int reasonSource) {
        if (state == SafetyState.NOMINAL) {
            return "";
        }
        Map<String, String> causes = new LinkedHashMap<>();
        Map<String, SafetyEvent> said = new HashMap<>();
        for (SafetyEvent event : SafetyEvent.values()) {
            for (int source = Watchdog.NO_SOURCE; source < watchdog.subjects() && watchdog.active(event); source++) {
                String same = watchdog.active(event, source) ? sameness(event, source) : null;
                SafetyEvent before = said.get(same);
                if (same != null && (before == null || Watchdog.severity(event).compareTo(Watchdog.severity(before)) > 0)) {
                    causes.put(same, live(event, source));
                    said.put(same, event);
                }
            }
        }
        causes.remove(sameness(reason, reasonSource));
        List<String> lines = List.copyOf(causes.values());
        int more = lines.size() - MOST_CAUSES;
        return lines.isEmpty() ? "" : "; " + String.join("; ", lines.subList(0, Math.min(MOST_CAUSES, lines.size())))
                + (more > 0 ? "; " + more + " more" : "");
    }

    /** What tells a cause from another: several inputs, or inputs and the measured position, may read one topic, as old for each. */
    private String sameness(SafetyEvent event, int source) {
        boolean aged = stale(event, source) && CauseText.missing(sources.get(source), clock.monotonicNs()).isEmpty();
        return aged ? "stale " + sources.get(source).name().replaceFirst("^measured ", "") : live(event, source);
    }

    /** A source's age, offset and value are those of now; of a joint all is as it was when the cause last began, if it did for it. */
    private String live(SafetyEvent event, int source) {
        double value = watchdog.value(event);
        double limit = watchdog.limit(event);
        int joint = watchdog.joint(event);
        if (source >= sources.size() && source - sources.size() != joint) {
            return words.cause(event, source, source - sources.size(), Double.NaN, Double.NaN);
        }
        if (source != Watchdog.NO_SOURCE && source < sources.size()) {
            SourceHealth health = sources.get(source);
            if (stale(event, source)) {
                return CauseText.staleNow(event, health, clock.monotonicNs());
            }
            if (event == SafetyEvent.STAMPS_OFFSET) {
                long offsetNs = health.stampOffsetNs();
                value = offsetNs == SourceHealth.UNKNOWN ? Double.NaN : offsetNs * S;
                limit = health.offsetBoundNs(offsetNs, simulatedTime) * S;
            } else if (event == SafetyEvent.CONSTANT_INPUT) {
                joint = health.offElement();
                value = health.offValue();
            }
        }
        return words.cause(event, source, joint, value, limit);
    }

    private boolean stale(SafetyEvent event, int source) {
        return (event == SafetyEvent.CAMERA_STALE || event == SafetyEvent.JOINT_STATE_STALE)
                && source != Watchdog.NO_SOURCE && source < sources.size();
    }

    /** Whether a source's stamps are too far from the node's clock. */
    public boolean offsetBeyond(SourceHealth source) {
        return source.offsetBeyond(source.stampOffsetNs(), simulatedTime);
    }

    /** How far, and what to do. */
    public String offset(SourceHealth source) {
        long offsetNs = source.stampOffsetNs();
        return CauseText.offset(source, offsetNs * S, source.offsetBoundNs(offsetNs, simulatedTime) * S);
    }
}
