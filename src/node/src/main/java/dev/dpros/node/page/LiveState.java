package dev.dpros.node.page;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.SourceLabel;
import dev.dpros.metrics.Stage;
import dev.dpros.metrics.dashboard.DashboardState;
import dev.dpros.metrics.dashboard.Past;
import dev.dpros.metrics.dashboard.Snapshot;
import dev.dpros.node.outputs.Diagnostics;
import dev.dpros.node.outputs.RobotOutputs;
import dev.dpros.node.outputs.SourceCheck;
import dev.dpros.recording.RecorderState;
import dev.dpros.recording.RecorderStatus;
import dev.dpros.remote.RemoteServer;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.TransitionLog;
import dev.dpros.safety.Watchdog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A control node as the live page shows it. The dashboard's thread; allocates; reads counters and logs only. */
public final class LiveState implements DashboardState {
    private static final int HISTORY = 20;
    private static final int CYCLES = 10;
    private static final int PREVIOUS = 3;

    private final String title;
    private final Clock clock;
    private final Diagnostics.Subjects subjects;
    private final CycleLog cycles;
    private final PlanFan fan;
    private final RobotConfig config;
    private final List<PlanOverlay> overlays = new ArrayList<>();
    private Supplier<RecorderStatus> recorder = () -> null;
    private Supplier<String> goal = () -> "";
    private Supplier<Map<String, String>> refusals = Map::of;
    private Supplier<List<Snapshot.Fact>> facts = List::of;

    /**
     * A view of a node.
     *
     * @param title node and policy
     * @param fan drawn over the plan
     * @throws InputException if the page's configuration names cameras or dimensions that are not there
     */
    public LiveState(String title, Clock clock, Diagnostics.Subjects subjects, CycleLog cycles, PlanFan fan,
            RobotConfig config) {
        this.title = title;
        this.clock = clock;
        this.subjects = subjects;
        this.cycles = cycles;
        this.fan = fan;
        this.config = config;
        config.dashboard().planToImage().forEach((key, projection) -> {
            SourceCheck camera = subjects.sources().stream().filter(source -> source.key().equals(key)
                    && source.health().kind() == SourceHealth.Kind.CAMERA).findAny().orElseThrow(() -> InputException.of(
                            "dashboard.plan_to_image", "camera", "one of the policy's cameras", key, ""));
            overlays.add(new PlanOverlay(label(camera), key, projection, config.layout().names()));
        });
    }

    /** Shows a recorder as well. Before the page is served. */
    public void showRecorder(Supplier<RecorderStatus> status) {
        recorder = status;
    }

    /** Shows the goal that runs, in words; nothing while it is empty. Before the page is served. */
    public void showGoal(Supplier<String> words) {
        goal = words;
    }

    /** Shows what cannot be done now, by action with the reason. Before the page is served. */
    public void showRefusals(Supplier<Map<String, String>> reasons) {
        refusals = reasons;
    }

    /** Shows these before what it shows of every node. Before the page is served. */
    public void showFacts(Supplier<List<Snapshot.Fact>> more) {
        facts = more;
    }

    private String label(SourceCheck source) {
        return shortName(SourceLabel.of(source.topic(), source.key(), subjects.sources().stream().map(SourceCheck::topic).toList()));
    }

    /** A topic without its leading slash: as the page names sources. */
    public static String shortName(String topic) {
        return topic.startsWith("/") ? topic.substring(1) : topic;
    }

    @Override
    public Snapshot snapshot() {
        long rosNowNs = clock.rosNs();
        List<CycleLog.Cycle> sent = cycles.last(CYCLES).stream().filter(cycle -> cycle.sentNs() != 0).toList();
        return new Snapshot(title, rosNowNs, safety(), facts(), sources(), joints(rosNowNs), overlays(rosNowNs),
                sent.stream().map(CycleSpans::of).toList(), limits(sent), counters(),
                recording(recorder.get()), refusals.get());
    }

    @Override
    public Past past() {
        long nowNs = clock.monotonicNs();
        MotionPast.Copy motion = cycles.motion().copy();
        return new Past(Arrays.stream(motion.atNs()).mapToDouble(at -> (nowNs - at) / 1e6).toArray(), motion.commanded(),
                motion.measured(), cycles.past().last(nowNs));
    }

    /** A tick has its period, a chunk the deadline of the newest one. */
    private List<Snapshot.Limit> limits(List<CycleLog.Cycle> sent) {
        List<Snapshot.Limit> limits = new ArrayList<>();
        double periodMs = 1e3 / subjects.loop().config().rateHz();
        limits.add(limit(Stage.TICK_LATENESS, periodMs));
        limits.add(limit(Stage.TICK_DURATION, periodMs));
        if (!sent.isEmpty()) {
            CycleLog.Cycle newest = sent.get(sent.size() - 1);
            if (newest.deadlineNs() > newest.begunNs()) {
                limits.add(limit(Stage.INFERENCE, (newest.deadlineNs() - newest.begunNs()) / 1e6));
                limits.add(limit(Stage.END_TO_END, (newest.deadlineNs() - newest.stampNs()) / 1e6));
            }
        }
        return limits;
    }

    private static Snapshot.Limit limit(Stage stage, double ms) {
        return new Snapshot.Limit(stage.label(), "", ms);
    }

    private Snapshot.Safety safety() {
        Watchdog watchdog = subjects.loop().watchdog();
        List<Snapshot.Transition> history = new ArrayList<>();
        TransitionLog.Entry entry = new TransitionLog.Entry();
        long size = watchdog.log().size();
        for (long i = size - 1; i >= Math.max(0, size - HISTORY); i--) {
            if (watchdog.log().read(i, entry)) {
                history.add(new Snapshot.Transition(entry.rosNs, lower(entry.from), lower(entry.to), subjects.text().cause(entry)));
            }
        }
        return new Snapshot.Safety(lower(watchdog.state()), subjects.text().reason(), watchdog.started(), subjects.waiting().lines(),
                history);
    }

    private List<Snapshot.Fact> facts() {
        List<Snapshot.Fact> all = new ArrayList<>(facts.get());
        String runs = goal.get();
        if (!runs.isEmpty()) {
            all.add(new Snapshot.Fact("goal", runs));
        }
        all.addAll(usualFacts());
        if (subjects.sampler().server() != null) {
            all.add(new Snapshot.Fact("server", server()));
        }
        return all;
    }

    private List<Snapshot.Fact> usualFacts() {
        long id = cycles.executed();
        return List.of(new Snapshot.Fact("sampler", subjects.sampler().sampling()),
                new Snapshot.Fact("control rate", Math.round(subjects.loop().config().rateHz()) + " Hz"),
                new Snapshot.Fact("enable", config.node().enableTimeoutMs() > 0
                        ? "dead-man switch " + (subjects.text().rest().enabled() ? "held, " : "not held, ")
                                + Math.round(config.node().enableTimeoutMs()) + " ms" : "no dead-man switch"),
                new Snapshot.Fact("commanding", subjects.text().rest().commanding() ? "yes" : "no"),
                new Snapshot.Fact("chunk", id == 0 ? "none" : "#" + id + origin()),
                new Snapshot.Fact("actions left", String.valueOf(Math.round(subjects.loop().statistics().get(Value.QUEUE)))),
                new Snapshot.Fact("chunk age", id == 0 ? "-" : Math.round(
                        subjects.loop().statistics().get(Value.CHUNK_AGE_NS) / 1e6) + " ms"),
                new Snapshot.Fact("disagreement", String.format(Locale.ROOT, "%.2f %s", cycles.disagreement(),
                        config.dashboard().unit()).trim()));
    }

    private String origin() {
        return subjects.sampler().server() == null ? "" : ", " + cycles.executedOrigin().label();
    }

    private String server() {
        RemoteServer server = subjects.sampler().server();
        return server.words() + (server.breaker().closed() ? "" : ", not asked: " + server.breaker().reason());
    }

    private List<Snapshot.Source> sources() {
        long nowNs = clock.monotonicNs();
        return subjects.sources().stream().map(source -> {
            SourceHealth health = source.health();
            long last = health.lastReceivedNs();
            double ageMs = last == SourceHealth.NEVER ? Double.NaN : Math.max(0, nowNs - last) / 1e6;
            return new Snapshot.Source(label(source), source.key(), health.kind() == SourceHealth.Kind.CAMERA ? "camera" : "vector",
                    ageMs, health.maxAgeNs() / 1e6, health.frozen(), health.blank(), offsetMs(health),
                    subjects.text().offsetBeyond(health), source.statistics().taken(),
                    source.statistics().rejected() + source.subscription().rejected());
        }).toList();
    }

    private static double offsetMs(SourceHealth health) {
        return health.stampOffsetNs() == SourceHealth.UNKNOWN ? Double.NaN : health.stampOffsetNs() / 1e6;
    }

    private Snapshot.Joints joints(long rosNowNs) {
        List<JointLimits> limits = config.layout().limits();
        return new Snapshot.Joints(config.layout().names(), config.dashboard().unit(), cycles.measured(), cycles.command(),
                limits.stream().mapToDouble(JointLimits::minPosition).toArray(),
                limits.stream().mapToDouble(JointLimits::maxPosition).toArray(), plan(rosNowNs));
    }

    /** What is left of the chunk being executed, or null. */
    private Snapshot.Plan plan(long rosNowNs) {
        long executed = cycles.executed();
        ActionChunk chunk = cycles.lastChunks(PREVIOUS).stream().filter(one -> one.id() == executed).findAny().orElse(null);
        if (chunk == null) {
            return null;
        }
        int begun = (int) Math.max(0, Math.floorDiv(rosNowNs - chunk.firstStampNs(), chunk.stepNs()));
        int left = chunk.steps() - begun;
        if (left <= 0) {
            return null;
        }
        double[] inMs = new double[left];
        double[][] positions = new double[left][chunk.dims()];
        for (int i = 0; i < left; i++) {
            inMs[i] = (chunk.stampNs(begun + i) - rosNowNs) / 1e6;
            for (int d = 0; d < chunk.dims(); d++) {
                positions[i][d] = chunk.action(begun + i, d);
            }
        }
        return new Snapshot.Plan(inMs, positions);
    }

    private List<Snapshot.Overlay> overlays(long rosNowNs) {
        long executed = cycles.executed();
        List<ActionChunk> chunks = cycles.lastChunks(PREVIOUS + 2).stream().filter(chunk -> chunk.id() <= executed).toList();
        if (chunks.isEmpty() || chunks.get(0).id() != executed) {
            return List.of();
        }
        List<ActionChunk> previous = chunks.subList(1, Math.min(chunks.size(), PREVIOUS + 1));
        List<ActionChunk> samples = overlays.isEmpty() ? List.of() : fan.look();
        boolean shown = !samples.isEmpty() && executed - samples.get(0).id() <= 1;
        return overlays.stream().map(overlay -> overlay.draw(chunks.get(0), previous, shown ? samples : List.of(), rosNowNs))
                .toList();
    }

    private List<Snapshot.Counter> counters() {
        long messages = subjects.sources().stream().mapToLong(source -> source.subscription().received()).sum();
        long refused = subjects.sources().stream()
                .mapToLong(source -> source.subscription().rejected() + source.statistics().rejected()).sum();
        return List.of(new Snapshot.Counter("ticks", count(Counter.TICKS), false),
                new Snapshot.Counter("missed ticks", count(Counter.MISSED_TICKS), true),
                new Snapshot.Counter("chunks used", count(Counter.CHUNKS_TAKEN), false),
                new Snapshot.Counter("missed deadlines", count(Counter.DEADLINES_MISSED), true),
                new Snapshot.Counter("failed inferences", count(Counter.INFERENCE_FAILURES), true),
                new Snapshot.Counter("denoising steps", cycles.allSteps(), false),
                new Snapshot.Counter("limited commands", count(Counter.FRAMES_LIMITED), false),
                new Snapshot.Counter("commands sent", subjects.commands().sent(), false),
                new Snapshot.Counter("commands dropped", subjects.commands().dropped(), true, who(subjects.commands())),
                new Snapshot.Counter("messages in", messages, false),
                new Snapshot.Counter("messages refused", refused, true));
    }

    /** Who did not read the commands that were dropped, with how many. */
    private static String who(RobotOutputs commands) {
        return commands.droppedBy().entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Snapshot.Recording recording(RecorderStatus status) {
        if (status == null) {
            return null;
        }
        boolean trouble = status.state() == RecorderState.FAULT || status.state() == RecorderState.DISK_FULL;
        String note = trouble ? status.reason() : (status.intervention() ? "human drives; " : "")
                + (status.silent().isEmpty() ? "" : "no message from " + status.silent() + "; ") + status.task();
        return new Snapshot.Recording(lower(status.state()), status.episode(), status.seconds(), status.bytes(),
                status.dropped(), note);
    }

    private long count(Counter counter) {
        return subjects.loop().statistics().get(counter);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
