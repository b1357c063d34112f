package dev.dpros.node.outputs;

import dev.dpros.control.ControlLoop;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.Clock;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /diagnostics}: diagnostic_msgs/DiagnosticArray with the watchdog, each source, the sampler, the control loop and
 * the command topic; and a line in the log when a source's problem begins or ends. One thread; allocates.
 */
public final class Diagnostics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Diagnostics.class);
    private static final int OK = 0;
    private static final int WARN = 1;
    private static final int ERROR = 2;

    /**
     * What is looked at.
     *
     * @param loop the control loop
     * @param sources the observation sources, in the watchdog's order
     * @param sampler the sampler
     * @param commands the outputs
     * @param text why it does what it does
     * @param waiting what it waits for
     */
    public record Subjects(ControlLoop loop, List<SourceCheck> sources, SamplerView sampler, RobotOutputs commands,
            SafetyText text, Waiting waiting) {}

    /** What there is to say about the sampler. */
    public interface SamplerView {
        /** Whether a warm one is in service. */
        boolean ready();

        /** How often one was replaced. */
        int replacements();

        /** Scheduler and steps, such as {@code ddim, 10 steps}. */
        String sampling();
    }

    private final String node;
    private final Clock clock;
    private final Subjects subjects;
    private final Publication publication;
    private final Supplier<String> enable;
    private final Map<String, String> logged = new LinkedHashMap<>();

    /**
     * Advertises the topic unless it is turned off; problems are logged in any case.
     *
     * @param enable whether there is a dead-man switch, and whether it is held
     */
    public Diagnostics(Transport transport, Subjects subjects, boolean publish, Supplier<String> enable) {
        this.enable = enable;
        node = transport.nodeName();
        clock = transport.clock();
        this.subjects = subjects;
        publication = publish
                ? transport.advertise("/diagnostics", "diagnostic_msgs/DiagnosticArray", new PublicationOptions(false, 10))
                : null;
    }

    /** Looks at everything, logs and publishes. To be called once a second by one thread. Does not throw. */
    public void diagnose() {
        try {
            update();
        } catch (RuntimeException | Error e) {
            LOG.warn("diagnostics: {}", e.toString());
        }
    }

    private void update() {
        for (SourceCheck source : subjects.sources()) {
            source.look();
            log(source);
        }
        if (publication != null && publication.subscribers() > 0) {
            List<Map<String, Object>> statuses = new ArrayList<>();
            statuses.add(watchdog(subjects.loop().watchdog()));
            subjects.sources().forEach(source -> statuses.add(source(source)));
            statuses.add(sampler());
            statuses.add(loop());
            subjects.commands().all().forEach(output -> statuses.add(commands(output)));
            publication.publish(Map.of("header", Map.of("stamp", clock.rosNs()), "status", statuses));
        }
    }

    private void log(SourceCheck source) {
        String problem = source.problem();
        String before = problem == null ? logged.remove(source.key()) : logged.put(source.key(), problem);
        if (problem != null && !problem.equals(before)) {
            LOG.warn("{}: {}", source.key(), problem);
        } else if (problem == null && before != null) {
            LOG.info("{}: topic {} is in order again", source.key(), source.topic());
        }
    }

    private Map<String, Object> watchdog(Watchdog watchdog) {
        SafetyState state = watchdog.state();
        int level = switch (state) {
            case NOMINAL -> OK;
            case DEGRADED -> WARN;
            case HOLD -> watchdog.started() ? WARN : OK;
            case FAULT -> ERROR;
        };
        if (level == OK && watchdog.started() && !subjects.waiting().lines().isEmpty()) {
            level = WARN;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("state", lower(state));
        values.put("reason", watchdog.reason().code());
        values.put("started", watchdog.started());
        values.put("enable", enable.get());
        values.put("commanding", subjects.text().rest().commanding());
        int number = 0;
        for (String line : subjects.waiting().lines()) {
            values.put("waiting " + ++number, line);
        }
        for (SafetyEvent event : SafetyEvent.values()) {
            if (watchdog.active(event)) {
                values.put("active: " + event.code(), watchdog.count(event));
            }
        }
        return status("watchdog", level, subjects.text().state(), values);
    }

    private Map<String, Object> source(SourceCheck source) {
        SourceHealth health = source.health();
        long nowNs = clock.monotonicNs();
        long last = health.lastReceivedNs();
        boolean never = last == SourceHealth.NEVER;
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("topic", source.topic());
        values.put("publishers", source.subscription().publishers());
        values.put("age_ms", never ? "never" : (nowNs - last) / 1_000_000);
        values.put("stale_after_ms", health.maxAgeNs() / 1_000_000);
        values.put("frozen", health.frozen());
        values.put("blank", health.blank());
        values.put("received", source.subscription().received());
        values.put("used", source.statistics().taken());
        values.put("rejected", source.statistics().rejected() + source.subscription().rejected());
        values.put("without_names", source.statistics().passedOver());
        values.put("stamp_jumps", health.stampJumps());
        boolean known = health.stampOffsetNs() != SourceHealth.UNKNOWN;
        values.put("stamp_offset_ms", known ? health.stampOffsetNs() / 1_000_000 : "unknown");
        boolean offset = subjects.text().offsetBeyond(health);
        String message = source.problem() != null ? source.problem()
                : never ? "nothing received" + (source.subscription().publishers() == 0 ? ", no publisher" : "")
                : health.stale(nowNs) ? "stale" : health.frozen() ? "frozen" : health.blank() ? "blank"
                : health.offConstant() ? health.constants().text(health.offElement(), health.offValue()) : offset ? subjects.text().offset(health) : "fresh";
        boolean broken = source.problem() != null || health.stale(nowNs);
        int level = broken ? ERROR : health.frozen() || health.blank() || health.offConstant() || offset ? WARN : OK;
        return status("source " + source.key(), level, message, values);
    }

    private Map<String, Object> sampler() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("sampling", subjects.sampler().sampling());
        values.put("replacements", subjects.sampler().replacements());
        values.put("inferences", count(Counter.REQUESTS));
        values.put("failures", subjects.loop().inbox().failures());
        values.put("without_chunk", count(Counter.INFERENCES_WITHOUT_CHUNK));
        values.put("last_failure", subjects.loop().inbox().lastFailure());
        values.put("deadlines_missed", count(Counter.DEADLINES_MISSED));
        boolean failing = subjects.loop().watchdog().active(SafetyEvent.SAMPLER_CRASHED)
                || subjects.loop().watchdog().active(SafetyEvent.DEVICE_LOST)
                || subjects.loop().watchdog().active(SafetyEvent.SAMPLER_HUNG);
        boolean ready = subjects.sampler().ready();
        String message = !ready ? "loading the policy" : failing ? "failing" : "ready";
        return status("sampler", failing ? ERROR : ready ? OK : WARN, message, values);
    }

    private Map<String, Object> loop() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("rate_hz", subjects.loop().config().rateHz());
        values.put("ticks", count(Counter.TICKS));
        values.put("missed_ticks", count(Counter.MISSED_TICKS));
        values.put("tick_failures", count(Counter.TICK_FAILURES));
        values.put("frames", count(Counter.FRAMES));
        values.put("frames_limited", count(Counter.FRAMES_LIMITED));
        values.put("chunks_taken", count(Counter.CHUNKS_TAKEN));
        values.put("chunk_age_ms", Math.round(subjects.loop().statistics().get(Value.CHUNK_AGE_NS) / 1e6));
        boolean overrun = subjects.loop().watchdog().active(SafetyEvent.TICK_OVERRUN);
        boolean died = subjects.loop().watchdog().active(SafetyEvent.CONTROL_LOOP_DIED);
        boolean failed = died || subjects.loop().watchdog().active(SafetyEvent.LOOP_FAILED);
        return status("control loop", failed ? ERROR : overrun ? WARN : OK,
                died ? "died" : failed ? "failed: " + subjects.loop().lastFailure() : overrun ? "missing control periods" : "running", values);
    }

    private Map<String, Object> commands(RobotOutput output) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("topic", output.topic());
        values.put("subscribers", output.receivers());
        values.put("sent", output.sent());
        values.put("dropped", output.dropped());
        boolean lost = output.lost();
        boolean heard = output.receivers() > 0;
        String missing = output.missing();
        String name = subjects.commands().all().size() > 1 ? "commands " + output.topic() : "commands";
        return status(name, lost ? ERROR : heard ? OK : WARN,
                lost ? "lost: " + output.lostText() : missing != null ? missing : heard ? "subscribed" : "nobody subscribes to the commands",
                values);
    }

    private long count(Counter counter) {
        return subjects.loop().statistics().get(counter);
    }

    private static String lower(SafetyState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> status(String name, int level, String message, Map<String, Object> values) {
        List<Map<String, Object>> pairs = new ArrayList<>();
        values.forEach((key, value) -> pairs.add(Map.of("key", key, "value", String.valueOf(value))));
        return Map.of("level", level, "name", node.substring(1) + ": " + name, "message", message, "hardware_id", node,
                "values", pairs);
    }

    @Override
    public void close() {
        if (publication != null) {
            publication.close();
        }
    }
}
