package dev.dpros.metrics.dashboard;

import java.util.Locale;
import java.util.Set;

/** What an operator may do from the live page. Called on an HTTP thread; must not block for long. */
public interface DashboardControls {
    /** The page's buttons. */
    enum Action {
        /** The policy drives. */ START,
        /** The robot comes to rest and holds. */ STOP,
        /** Leaves a latched fault, or starts a new episode. */ RESET,
        /** Stops at once and latches. */ ESTOP,
        /** Begins recording an episode. */ RECORD,
        /** Ends the recording and keeps it. */ SAVE,
        /** Ends the recording as a success, or labels the last one so. */ SUCCESS,
        /** Ends the recording as a failure, or labels the last one so. */ FAILURE,
        /** Ends the recording and throws it away. */ DISCARD;

        /** Name in URLs: {@code estop}. */
        public String path() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A page to look at only. */
    DashboardControls NONE = new DashboardControls() {
        @Override
        public Set<Action> actions() {
            return Set.of();
        }

        @Override
        public String act(Action action) {
            return "not available";
        }
    };

    /** The actions that this node has; the page shows no buttons for others. */
    Set<Action> actions();

    /** Does it. @return null if done, else one line why not */
    String act(Action action);
}
