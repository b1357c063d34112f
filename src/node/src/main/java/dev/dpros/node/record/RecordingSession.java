package dev.dpros.node.record;

import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.process.Owned;
import dev.dpros.process.ProductVersion;
import dev.dpros.recording.EpisodeRecorder;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecorderConfig;
import dev.dpros.recording.RecorderState;
import dev.dpros.recording.RecordingSource;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.SourceQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recorder on a ROS node: subscribes what a configuration asks for, offers the control services and the joystick's
 * buttons. Used by {@code dpros record}, and beside a running policy. Commands may come from any thread.
 *
 * <p>Services: {@code ~start_episode}, {@code ~stop_episode}, {@code ~discard}, {@code ~success}, {@code ~failure}
 * (std_srvs/Trigger) and {@code ~intervention} (std_srvs/SetBool). {@code ~start_episode} takes the task text from the
 * parameter {@code ~task} if it is set.
 */
public final class RecordingSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecordingSession.class);
    private static final String TASK = "~task";
    private static final int IMAGE_SLOTS = 64;
    private static final int MESSAGE_SLOTS = 2048;
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    private final Transport transport;
    private final EpisodeRecorder recorder;
    private final String resetService;
    private final Owned owned = new Owned();

    /** Starts; nothing is recorded before {@link #start}. @throws InputException if the directory is in use */
    public RecordingSession(RobotConfig config, Transport transport, Path output) {
        this(config, transport, output, List.of());
    }

    /** The same, with more topics than the configuration asks for. */
    public RecordingSession(RobotConfig config, Transport transport, Path output, List<RecordingPlan.PlannedTopic> more) {
        this.transport = transport;
        resetService = config.record().resetService();
        try {
            EpisodeStore store = owned.own(EpisodeStore.open(output));
            store.recover().forEach(line -> LOG.warn("{}", line));
            recorder = owned.own(recorder(config, store, more));
            Map<String, Supplier<String>> commands = Map.of("start", this::start, "stop", recorder::stop,
                    "success", recorder::success, "failure", recorder::failure, "discard", recorder::discard);
            offerServices(commands);
            transport.settable(TASK, task -> task instanceof String ? null : TASK + ": expected text, found " + task);
            if (!config.record().joy().isEmpty()) {
                JoyButtons buttons = owned.own(new JoyButtons(transport.messages().reader(), config.record().buttons(), commands));
                owned.own(transport.subscribe(config.record().joy(), "sensor_msgs/Joy", buttons));
            }
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    private EpisodeRecorder recorder(RobotConfig config, EpisodeStore store, List<RecordingPlan.PlannedTopic> more) {
        RecordingPlan plan = RecordingPlan.of(config);
        List<RecordingSource> sources = new ArrayList<>();
        for (RecordingPlan.PlannedTopic planned : plan.topics()) {
            sources.add(subscribe(planned));
        }
        more.forEach(planned -> sources.add(subscribe(planned)));
        RecorderConfig settings = new RecorderConfig(RecorderConfig.DEFAULTS.flushPeriodMs(),
                config.record().fsyncPeriodMs(), (long) config.record().minFreeMb() << 20,
                ProductVersion.text(), config.record().robot(), plan.layout().toJson());
        return new EpisodeRecorder(store, settings, sources, transport.clock());
    }

    private RecordingSource subscribe(RecordingPlan.PlannedTopic planned) {
        SourceQueue queue = new SourceQueue(planned.image() ? IMAGE_SLOTS : MESSAGE_SLOTS, MAX_MESSAGE_BYTES);
        AtomicReference<Transport.Subscription> subscription = new AtomicReference<>();
        RecordingSource source = new RecordingSource(planned.key(), planned.role(), planned.topic(), queue,
                () -> describe(transport, subscription.get()));
        subscription.set(transport.subscribe(planned.topic(), planned.type(), queue));
        owned.own(subscription.get());
        return source;
    }

    private static Description describe(Transport transport, Transport.Subscription subscription) {
        if (subscription == null || subscription.messageType() == null || subscription.messageDefinition() == null) {
            return null;
        }
        String type = subscription.messageType();
        String definition = subscription.messageDefinition();
        return new Description(type, transport.messages().parse(type, definition).checksum(), definition);
    }

    private void offerServices(Map<String, Supplier<String>> commands) {
        Map<String, String> names = Map.of("start", "~start_episode", "stop", "~stop_episode", "success", "~success",
                "failure", "~failure", "discard", "~discard");
        names.forEach((command, service) -> owned.own(transport.advertiseService(service, "std_srvs/Trigger",
                request -> answer(commands.get(command)))));
        owned.own(transport.advertiseService("~intervention", "std_srvs/SetBool",
                request -> answer(() -> recorder.intervention(Boolean.TRUE.equals(request.get("data"))))));
    }

    private static Map<String, Object> answer(Supplier<String> command) {
        try {
            return Map.of("success", true, "message", command.get());
        } catch (InputException e) {
            return Map.of("success", false, "message", e.getMessage());
        }
    }

    /**
     * Starts an episode, with the task text of the parameter {@code ~task} if there is one, and the robot where its reset
     * puts it.
     *
     * @throws InputException if the recorder's state does not allow it, or the reset is refused
     */
    public String start() {
        if (!resetService.isEmpty() && recorder.status().state() == RecorderState.IDLE) {
            Map<String, Object> answer = transport.callService(resetService, "std_srvs/Trigger", Map.of());
            if (!Boolean.TRUE.equals(answer.get("success"))) {
                throw new InputException("recorder: " + resetService + ": " + answer.get("message"));
            }
        }
        if (transport.getParameter(TASK) instanceof String text && !text.equals(recorder.status().task())) {
            recorder.task(text);
        }
        return recorder.start();
    }

    /** The recorder, for its commands and status. */
    public EpisodeRecorder recorder() {
        return recorder;
    }

    /** Ends a running episode and gives everything back. */
    @Override
    public void close() {
        try {
            recorder.close();
        } finally {
            owned.close((part, failure) -> LOG.debug("closing {}: {}", part, failure.getMessage()));
        }
    }
}
