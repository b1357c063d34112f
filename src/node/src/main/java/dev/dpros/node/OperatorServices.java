package dev.dpros.node;

import dev.dpros.core.Clock;
import dev.dpros.core.Transport;
import dev.dpros.process.Owned;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's services, {@code std_srvs/Trigger}: {@code ~stop}, {@code ~reset} (clears a latched fault) and {@code ~estop}, and, once the
 * policy may drive, {@code ~start}. Requests act at the next control tick; the answer comes after it and says in which state
 * the node then is.
 */
final class OperatorServices implements AutoCloseable {
    private static final String TRIGGER = "std_srvs/Trigger";
    private static final long LONGEST_TICK_NS = 2_000_000_000L;
    private static final long POLL_NS = 500_000;

    private final Owned services = new Owned();
    private final Watchdog watchdog;
    private final BooleanSupplier enabled;
    private final Supplier<@Nullable String> missing;
    private final Clock clock;
    private final Runnable beforeStart;
    private final Supplier<String> reason;
    private final Transport transport;
    private volatile boolean startable;

    /**
     * Offers the services but {@code ~start}: a human may drive before there is a policy.
     *
     * @param enabled whether the dead-man switch, if there is one, is held
     * @param missing an action's server that a start needs, and why it cannot be sent goals; gives null if none
     * @param reason why the state is what it is, in words
     * @param beforeStart runs on a transport thread before the policy is started
     */
    OperatorServices(Transport transport, Watchdog watchdog, BooleanSupplier enabled, Supplier<@Nullable String> missing,
            Supplier<String> reason, Runnable beforeStart) {
        this.transport = transport;
        this.watchdog = watchdog;
        this.enabled = enabled;
        this.missing = missing;
        this.reason = reason;
        clock = transport.clock();
        this.beforeStart = beforeStart;
        try {
            offer("~stop", SafetyEvent.OPERATOR_STOP);
            offer("~reset", SafetyEvent.RESET);
            offer("~estop", SafetyEvent.EMERGENCY_STOP);
        } catch (RuntimeException | Error e) {
            services.closeAfter(e);
            throw e;
        }
    }

    /** The policy may drive from now on: offers {@code ~start}. */
    void offerStart() {
        startable = true;
        offer("~start", SafetyEvent.STARTED);
    }

    /** Whether a start is possible: the policy is loaded. Any thread. */
    boolean startable() {
        return startable;
    }

    private void offer(String name, SafetyEvent event) {
        services.own(transport.advertiseService(name, TRIGGER, request -> handle(event)));
    }

    private boolean drives() {
        return watchdog.state() == SafetyState.NOMINAL || watchdog.state() == SafetyState.DEGRADED;
    }

    /** Why an event would be refused now or change nothing, or null. Any thread; does not wait. */
    @Nullable String obstacle(SafetyEvent event) {
        boolean fault = watchdog.state() == SafetyState.FAULT;
        if (event == SafetyEvent.STARTED && watchdog.state() != SafetyState.HOLD && !fault) {
            return "the policy drives already";
        }
        return event == SafetyEvent.RESET && !fault ? "there is no fault to leave" : refusal(event);
    }

    private @Nullable String refusal(SafetyEvent event) {
        if (event != SafetyEvent.STARTED) {
            return null;
        }
        if (!startable) {
            return "the policy is still loading";
        }
        if (watchdog.state() == SafetyState.FAULT) {
            return "in fault (" + reason.get() + "); call ~reset first";
        }
        if (!enabled.getAsBoolean()) {
            return "the dead-man switch is not held: ~enable must carry true";
        }
        String gone = missing.get();
        return gone == null ? null : "waiting for " + gone;
    }

    /** Does what a service does; returns null when it is done, else one line why not. Blocks until the next tick. */
    String operate(SafetyEvent event) {
        String refusal = refusal(event);
        if (refusal != null) {
            return refusal;
        }
        if (event == SafetyEvent.STARTED && drives()) {
            return null; // what is observed is not forgotten, and no episode begins, in the middle of a motion
        }
        if (event == SafetyEvent.STARTED) {
            beforeStart.run();
        }
        watchdog.request(event);
        if (awaitApplied()) {
            return null;
        }
        if (event == SafetyEvent.STARTED) {
            watchdog.request(SafetyEvent.OPERATOR_STOP); // what was refused must not begin later
        }
        return event.reason() + ": requested, but the control loop does not tick";
    }

    private Map<String, Object> handle(SafetyEvent event) {
        String refusal = operate(event);
        if (refusal != null) {
            return Map.of("success", false, "message", refusal);
        }
        return Map.of("success", true, "message", event.reason() + "; now " + watchdog.state().name().toLowerCase(Locale.ROOT)
                + " (" + reason.get() + ")");
    }

    private boolean awaitApplied() {
        long deadline = clock.monotonicNs() + LONGEST_TICK_NS;
        while (watchdog.requestPending()) {
            if (clock.monotonicNs() > deadline) {
                return false;
            }
            LockSupport.parkNanos(POLL_NS);
        }
        return true;
    }

    @Override
    public void close() {
        services.close();
    }
}
