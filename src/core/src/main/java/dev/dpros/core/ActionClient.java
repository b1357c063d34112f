package dev.dpros.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client of one action of another node, for goals one after the other: a goal takes the place of the one before, and what becomes of the
 * newest is known. Any thread; what talks to the server allocates, and waits for nothing.
 */
public interface ActionClient extends AutoCloseable {
    /** Where the newest goal is. */
    enum State {
        /** No goal was sent. */ NONE,
        /** It was sent; the server has not said anything of it. */ ASKED,
        /** It runs. */ ACTIVE,
        /** The server did what was wanted. */ SUCCEEDED,
        /** It was canceled, by this client or because another goal took its place. */ CANCELED,
        /** The server gave it up. */ ABORTED,
        /** The server did not take it. */ REJECTED,
        /** The server says nothing of it, or does not know it any more. */ LOST;

        /** Whether the goal has come to its end. */
        public boolean ended() {
            return compareTo(SUCCEEDED) >= 0;
        }
    }

    /**
     * The newest goal.
     *
     * @param goal its number; 0 if there is none
     * @param text what the server, or the client, says of it; empty if nothing. Foreign text
     * @param result fields of the result, if it has ended and the server gave one
     */
    record Progress(long goal, State state, String text, Map<String, Object> result) {
        /** Before the first goal. */
        public static final Progress NONE = new Progress(0, State.NONE, "", Map.of());
    }

    /** The action's full name. */
    String name();

    /** What keeps a goal from reaching the server, in one line; null if it is there and connected. */
    @Nullable String missing();

    /**
     * Sends a goal.
     *
     * @param goal fields of the action's goal
     * @return its number: 1 for the first, and so on
     * @throws InputException if the fields are not those of the type: nothing is sent then
     */
    long send(Map<String, Object> goal);

    /**
     * Asks the server to end the newest goal, also one that is lost: it may come late; and those before it that may go on, since the
     * newest was rejected or is not known to be taken. Nothing if all have ended.
     */
    void cancel();

    /** What became of the newest goal. */
    Progress progress();

    /** Whether a goal of another client runs on the server. */
    boolean othersRun();

    /** Sets who hears, on a thread of the transport, that something may have changed; does not block it. */
    void listen(Runnable changed);

    /** Ends the client; a goal that runs goes on. Does not throw. */
    @Override
    void close();
}
