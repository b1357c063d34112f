package dev.dpros.node.page;

import dev.dpros.core.InputException;
import dev.dpros.metrics.dashboard.DashboardControls;
import dev.dpros.recording.EpisodeRecorder;
import dev.dpros.recording.RecorderState;
import dev.dpros.recording.RecorderState.Event;
import dev.dpros.safety.SafetyEvent;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
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
    private final Map<Action, Supplier<String>> obstacles = new EnumMap<>(Action.class);

    /**
     * Acts through {@code operator}, which returns null when done, else one line why not.
     *
     * @param obstacle why an event would be refused now or change nothing; null if it would do something. Any thread, does not wait
     */
    public LiveControls(Function<SafetyEvent, String> operator, Function<SafetyEvent, String> obstacle) {
        obstacles.put(Action.START, () -> obstacle.apply(SafetyEvent.STARTED));
        obstacles.put(Action.RESET, () -> obstacle.apply(SafetyEvent.RESET));
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
        obstacles.put(Action.RECORD, () -> recorder.isPossible(Event.START) ? null
                : recorder.status().state() == RecorderState.RECORDING ? "an episode is being recorded" : recorder.status().reason());
        obstacles.put(Action.SAVE, () -> recorder.isPossible(Event.STOP) ? null : "nothing is being recorded");
        for (Action ofLast : List.of(Action.SUCCESS, Action.FAILURE, Action.DISCARD)) {
            Event event = ofLast == Action.DISCARD ? Event.DISCARD : Event.LABEL;
            obstacles.put(ofLast, () -> recorder.isPossible(event) ? null : "there is no episode that it could be about");
        }
        return this;
    }

    /** What cannot be done now: {@link Action#path} with the reason. Any thread; allocates. */
    public Map<String, String> refusals() {
        Map<String, String> refused = new HashMap<>();
        obstacles.forEach((action, obstacle) -> {
            String why = obstacle.get();
            if (why != null) {
                refused.put(action.path(), why);
            }
        });
        return refused;
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
