package dev.dpros.node.page;

import dev.dpros.core.InputException;
import dev.dpros.metrics.dashboard.DashboardControls;
import dev.dpros.recording.EpisodeRecorder;
import dev.dpros.safety.SafetyEvent;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The page's start, stop, reset and e-stop, as the node's services do them, and the recorder's commands where there is one.
 * HTTP threads; waits for the next tick or for the recorder.
 */
public final class LiveControls implements DashboardControls {
    private final Map<Action, Supplier<String>> actions = new EnumMap<>(Action.class);

    /** Acts through {@code operator}, which returns null when done, else one line why not. */
    public LiveControls(Function<SafetyEvent, String> operator) {
        actions.put(Action.START, () -> operator.apply(SafetyEvent.STARTED));
        actions.put(Action.STOP, () -> operator.apply(SafetyEvent.OPERATOR_STOP));
        actions.put(Action.RESET, () -> operator.apply(SafetyEvent.RESET));
        actions.put(Action.ESTOP, () -> operator.apply(SafetyEvent.EMERGENCY_STOP));
    }

    /** Adds the recorder's commands; {@code start} begins an episode. Before the page is served. */
    public LiveControls withRecorder(EpisodeRecorder recorder, Supplier<String> start) {
        actions.put(Action.RECORD, () -> done(start));
        actions.put(Action.SAVE, () -> done(recorder::stop));
        actions.put(Action.SUCCESS, () -> done(recorder::success));
        actions.put(Action.FAILURE, () -> done(recorder::failure));
        actions.put(Action.DISCARD, () -> done(recorder::discard));
        return this;
    }

    /** The recorder says what it did, and throws what it refuses. */
    private static String done(Supplier<String> command) {
        try {
            String unused = command.get();
            return null;
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    @Override
    public Set<Action> actions() {
        return Set.copyOf(actions.keySet());
    }

    @Override
    public String act(Action action) {
        return actions.getOrDefault(action, () -> "not available").get();
    }
}
