package dev.dpros.app.live;

import dev.dpros.metrics.dashboard.DashboardControls;
import dev.dpros.safety.SafetyEvent;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

/** The page's start, stop, reset and e-stop, as the node's services do them. HTTP threads; waits for the next tick. */
public final class LiveControls implements DashboardControls {
    private static final Set<Action> ACTIONS = Set.copyOf(EnumSet.of(Action.START, Action.STOP, Action.RESET, Action.ESTOP));

    private final Function<SafetyEvent, String> operator;

    /** Acts through {@code operator}, which returns null when done, else one line why not. */
    public LiveControls(Function<SafetyEvent, String> operator) {
        this.operator = operator;
    }

    @Override
    public Set<Action> actions() {
        return ACTIONS;
    }

    @Override
    public String act(Action action) {
        return switch (action) {
            case START -> operator.apply(SafetyEvent.STARTED);
            case STOP -> operator.apply(SafetyEvent.OPERATOR_STOP);
            case RESET -> operator.apply(SafetyEvent.RESET);
            case ESTOP -> operator.apply(SafetyEvent.EMERGENCY_STOP);
            default -> "not available";
        };
    }
}
