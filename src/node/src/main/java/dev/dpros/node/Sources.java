package dev.dpros.node;

import dev.dpros.config.ActionLayout;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.core.Clock;
import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FieldPath;
import dev.dpros.core.FrameSource;
import dev.dpros.core.InputException;
import dev.dpros.core.LatencySink;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.NearestName;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.SourceLabel;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.messages.RosImageReader;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.Stage;
import dev.dpros.node.outputs.SourceCheck;
import dev.dpros.node.page.LiveState;
import dev.dpros.observation.CameraConfig;
import dev.dpros.observation.CameraPreview;
import dev.dpros.observation.CameraSource;
import dev.dpros.observation.MotionWitness;
import dev.dpros.observation.ObservationAligner;
import dev.dpros.observation.ObservationInput;
import dev.dpros.observation.SourceStatistics;
import dev.dpros.observation.VectorConfig;
import dev.dpros.observation.VectorSource;
import dev.dpros.process.Owned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The policy's observation sources, one per input feature: rings and preparation threads, subscribed to their topics.
 * Built and closed by the owning command; its parts say on which threads they run.
 */
public final class Sources implements AutoCloseable {
    private static final int PREVIEW_WIDTH = 640;
    private static final long FRESH_OBSERVATION_NS = 1_000_000_000;

    private final List<ObservationInput> inputs = new ArrayList<>();
    private final List<CameraSource> cameras = new ArrayList<>();
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final List<SourceCheck> checks = new ArrayList<>();
    private final List<FrameSource> previews = new ArrayList<>();
    private final ObservationAligner aligner;
    private final List<SourceHealth> health = new ArrayList<>();
    private VectorSource state;
    private PositionSource measured = PositionSource.NONE;
    private final int[] measuredSources;
    private final Owned owned = new Owned();

    /**
     * Builds every source and subscribes.
     *
     * @param metrics where the ages at use and the preparation times go
     * @throws InputException if the configuration and the policy's inputs do not fit
     */
    Sources(RobotConfig config, PolicyConfig policy, Transport transport, MetricsRegistry metrics) {
        requireSameKeys(config, policy);
        measuredSources = new int[config.actions().size()];
        try {
            for (FeatureSpec feature : policy.inputs()) {
                if (feature.kind() != FeatureSpec.Kind.VISUAL) {
                    addVector(feature, section(config, feature), transport);
                }
            }
            for (FeatureSpec feature : policy.cameras()) {
                addCamera(feature, label(config, feature), section(config, feature), transport,
                        metrics.latency(Stage.PREPARATION, label(config, feature)));
            }
            List<LatencySink> ages = new ArrayList<>();
            policy.inputs().forEach(f -> ages.add(metrics.latency(Stage.SOURCE_AGE, label(config, f))));
            long stepNs = Math.round(1e9 / config.control().policyRateHz());
            aligner = new ObservationAligner(policy.inputs(), inputs, policy.nObsSteps(), stepNs, transport.clock(), ages);
            inputs.forEach(input -> health.add(input.health()));
            measured = measured(config, policy, transport);
            cameras.forEach(CameraSource::start);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private static void requireSameKeys(RobotConfig config, PolicyConfig policy) {
        TreeSet<String> wanted = new TreeSet<>(policy.inputs().stream().map(FeatureSpec::key).toList());
        for (String key : config.observations().keySet()) {
            if (!wanted.contains(key)) {
                throw new InputException("observations: '" + key + "': the policy has no such input"
                        + NearestName.hint(key, wanted));
            }
        }
        for (String key : wanted) {
            if (!config.observations().containsKey(key)) {
                throw InputException.of("observations", key, "a topic for each of the policy's inputs " + wanted,
                        "topics for " + new TreeSet<>(config.observations().keySet()), "add the missing entry");
            }
        }
    }

    private static SourceSection section(RobotConfig config, FeatureSpec feature) {
        return config.observations().get(feature.key());
    }

    private static String label(RobotConfig config, FeatureSpec feature) {
        return SourceLabel.of(section(config, feature).topic(), feature.key(),
                config.observations().values().stream().map(SourceSection::topic).toList());
    }

    private void addVector(FeatureSpec feature, SourceSection section, Transport transport) {
        String type = section.typeFor(feature.kind());
        if (section.field() == null || section.field().isBlank()) {
            throw InputException.of("observations." + feature.key(), "field", "a field path such as position[x,y]",
                    "nothing", "");
        }
        TopicValues values = TopicValues.of(type, section.field(), feature.size(), transport.messages());
        if (values.reader().size() != feature.size()) {
            throw InputException.of("observations." + feature.key(), "field " + section.field(),
                    feature.size() + " values (the policy's input)", values.reader().size() + " values", "");
        }
        VectorSource source = new VectorSource(section.toVector(feature), values.reader());
        if (feature.kind() == FeatureSpec.Kind.STATE && state == null) {
            state = source;
        }
        inputs.add(source);
        Subscription subscription = subscribe(feature, section, type, source, transport);
        values.read(subscription);
        checks.add(new SourceCheck(feature.key(), section.topic(), source, subscription, reason -> explain(reason, section.field(), values)));
    }

    private PositionSource measured(RobotConfig config, PolicyConfig policy, Transport transport) {
        ActionLayout layout = config.layout();
        MeasuredPositions all = new MeasuredPositions();
        PositionSource only = PositionSource.NONE;
        for (int i = 0; i < measuredSources.length; i++) {
            MeasuredInput from = MeasuredInput.of(config, i, policy);
            measuredSources[i] = -1;
            only = from == null ? PositionSource.NONE : addMeasured(from, i, layout, transport);
            all.add(only, layout.dims(i));
        }
        boolean inOrder = layout.entries().get(0).joints().equals(layout.names());
        return layout.several() || !inOrder ? all : only;
    }

    /** The measured position of an output: in one of the policy's inputs where that has its values, else a subscription of its own. */
    private PositionSource addMeasured(MeasuredInput from, int entry, ActionLayout layout, Transport transport) {
        List<String> joints = layout.entries().get(entry).joints();
        for (int i = 0; from.key() != null && i < inputs.size(); i++) {
            if (inputs.get(i) instanceof VectorSource source && source.feature().key().equals(from.key())) {
                from.requireSize(from.at() == null ? source.feature().size() : from.at().length, joints);
                measuredSources[entry] = i;
                return from.at() == null ? source : MeasuredPositions.picked(source, source.feature().size(), from.at());
            }
        }
        TopicValues values = TopicValues.of(from.type(), from.field(), joints.size(), transport.messages());
        from.requireSize(values.reader().size(), joints);
        VectorSource source = new VectorSource(VectorConfig.of("measured " + from.topic(),
                FeatureSpec.of("measured", FeatureSpec.Kind.STATE, joints.size()), SourceHealth.Kind.JOINT_STATE,
                Math.round(from.staleAfterMs() * 1e6)), values.reader());
        String key = layout.several() ? "measured " + joints.get(0) : "measured";
        Subscription subscription = owned.own(transport.subscribe(from.topic(), from.type(), source));
        subscriptions.put(key, subscription);
        values.read(subscription);
        measuredSources[entry] = health.size();
        health.add(source.health());
        checks.add(new SourceCheck(key, from.topic(), source, subscription, reason -> explain(reason, from.field(), values)));
        return source;
    }

    private static String explain(SourceStatistics.Rejection reason, String field, TopicValues values) {
        if (reason != SourceStatistics.Rejection.MALFORMED) {
            return null;
        }
        String problem = values.problem();
        return problem != null ? problem : "expected values at " + field + ", found a message without them";
    }

    private void addCamera(FeatureSpec feature, String label, SourceSection section, Transport transport, LatencySink latency) {
        String type = section.typeFor(feature.kind());
        Clock clock = transport.clock();
        MotionWitness motion = state;
        CameraConfig camera = section.toCamera(feature);
        CameraSource source = owned.own(new CameraSource(camera, RosImageReader.forType(transport.messages(), type), clock,
                latency, motion));
        inputs.add(source);
        cameras.add(source);
        previews.add(new CameraPreview(LiveState.shortName(label), source.messages(),
                RosImageReader.forType(transport.messages(), type), PREVIEW_WIDTH));
        Subscription subscription = subscribe(feature, section, type, source.slots(), transport);
        checks.add(new SourceCheck(feature.key(), section.topic(), source, subscription,
                reason -> source.takeRefused()));
    }

    private Subscription subscribe(FeatureSpec feature, SourceSection section, String type, MessageSlots slots, Transport transport) {
        Subscription subscription = owned.own(transport.subscribe(section.topic(), type, slots));
        subscriptions.put(feature.key(), subscription);
        return subscription;
    }

    /** Sets which values the training data knew only as constants, by key of the input; names are those of the field path. */
    void expect(RobotConfig config, Map<String, ConstantElements> constants) {
        for (ObservationInput input : inputs) {
            ConstantElements known = constants.getOrDefault(input.feature().key(), ConstantElements.NONE);
            String field = section(config, input.feature()).field();
            input.health().expect(known.named(field == null ? List.of() : FieldPath.parse(field).names()));
        }
    }

    /** Where the sampler gets its windows. */
    ObservationAligner aligner() {
        return aligner;
    }

    /** One entry per source, for the watchdog; measured positions of their own are the last. */
    List<SourceHealth> health() {
        return List.copyOf(health);
    }

    /** Whether every source has a sample stamped at or after this time. Any thread. */
    boolean fresh(long sinceNs) {
        return inputs.stream().allMatch(input -> input.statistics().newestStampNs() >= sinceNs);
    }

    /** All sources. */
    public List<ObservationInput> inputs() {
        return inputs;
    }

    /** What is wrong with each source, in the order of {@link #inputs()}. */
    List<SourceCheck> checks() {
        return checks;
    }

    /** The cameras' newest images, for people. */
    public List<FrameSource> previews() {
        return previews;
    }

    /** The cameras. */
    List<CameraSource> cameras() {
        return cameras;
    }

    /** Forgets what was seen before now and waits, up to a second, until every source has delivered again. */
    void awaitFresh(Clock clock) {
        long sinceNs = clock.rosNs();
        aligner.reset(sinceNs);
        long deadline = clock.monotonicNs() + FRESH_OBSERVATION_NS;
        while (!fresh(sinceNs) && clock.monotonicNs() < deadline) {
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** By feature key. */
    public Map<String, Subscription> subscriptions() {
        return subscriptions;
    }

    /** The robot's measured position as the action's dimensions, not a number where it is not known; or a source that knows nothing. */
    PositionSource positions() {
        return measured;
    }

    /** Index of the source of an output's measured position in {@link #health()}, or -1. */
    int measuredSource(int entry) {
        return measuredSources[entry];
    }

    @Override
    public void close() {
        owned.close();
    }
}
