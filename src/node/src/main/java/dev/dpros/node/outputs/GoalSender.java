package dev.dpros.node.outputs;

import dev.dpros.core.ActionClient;
import dev.dpros.core.ActionClient.Progress;
import dev.dpros.core.Clock;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends goals to an action's server and watches what becomes of the newest: a thread {@code goals-NAME}, so that the control thread neither
 * waits nor allocates. A goal that ends other than well, a server that goes, and another client's goal are a loss, which stands until
 * {@link #begin}; no goal is sent meanwhile.
 */
final class GoalSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GoalSender.class);
    private static final long POLL_NS = 20_000_000;
    /** A human's hand changes the plan with each tick: so often at most is it a goal. */
    private static final long LEAST_APART_NS = 50_000_000;
    private static final long FAREWELL_MS = 200;
    private static final long LAST_WORD_NS = 150_000_000;

    private final ActionClient client;
    private final GoalWords words;
    private final Clock clock;
    private final boolean cancels;
    private final GoalOrders orders;
    private final Thread thread;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private GoalOrders.@Nullable Order pending;
    private long watched;
    private boolean cancelAsked;
    private long sentNs = Long.MIN_VALUE;
    private volatile boolean drives;
    private volatile @Nullable String loss;
    private volatile boolean ends;

    /**
     * Starts the thread.
     *
     * @param client of the server; closed with this
     * @param layout of the frames that goals are made of
     * @param cancels whether what runs is canceled after a loss
     */
    GoalSender(ActionClient client, GoalWords words, CommandFrame layout, Clock clock, boolean cancels) {
        this.client = client;
        this.words = words;
        this.clock = clock;
        this.cancels = cancels;
        orders = new GoalOrders(layout);
        thread = new Thread(this::run, "goals-" + client.name());
        thread.setDaemon(true);
        client.listen(() -> LockSupport.unpark(thread));
        thread.start();
    }

    /** A motion as the next goal. Control thread, as the next five. */
    void goal(CommandFrame frame) {
        orders.goal(frame);
        LockSupport.unpark(thread);
    }

    /** A position as the next goal. */
    void goal(double position, long stampNs) {
        orders.goal(position, stampNs);
        LockSupport.unpark(thread);
    }

    /** What runs is to be canceled. */
    void cancel() {
        orders.cancel();
        LockSupport.unpark(thread);
    }

    /** Whether somebody drives: a server that is not there is then a loss. */
    void drives(boolean driven) {
        drives = driven;
    }

    /** Whether goals no longer do what is wanted. */
    boolean lost() {
        return loss != null;
    }

    /** A loss of before is forgotten. */
    void begin() {
        loss = null;
    }

    /** Sends no more goals, and cancels what runs, if that is to be, on the caller's thread. */
    void leave() {
        loss = "the node ends";
        if (cancels) {
            client.cancel();
        }
    }

    /** Why goals no longer do what is wanted; empty if they do. Any thread. */
    String lostText() {
        String now = loss;
        return now == null ? "" : now;
    }

    /** What keeps goals from the server; null if nothing. Any thread. */
    @Nullable String missing() {
        return client.missing();
    }

    /** The action's name. */
    String name() {
        return client.name();
    }

    /** Goals sent. Any thread. */
    long sent() {
        return sent.get();
    }

    /** Goals that did not end well, and servers that went. Any thread. */
    long failed() {
        return failed.get();
    }

    private void run() {
        while (!ends) {
            LockSupport.parkNanos(this, POLL_NS);
            stepSafely();
        }
        long endNs = clock.monotonicNs() + LAST_WORD_NS;
        stepSafely();
        while (cancelAsked && watched != 0 && clock.monotonicNs() < endNs) {
            LockSupport.parkNanos(this, POLL_NS / 10);
            stepSafely();
        }
        client.close();
    }

    private void stepSafely() {
        try {
            step();
        } catch (RuntimeException | Error e) {
            lose(e instanceof InputException ? String.valueOf(e.getMessage()) : e.toString());
        }
    }

    private void step() {
        judge(client.progress());
        if (drives && loss == null) {
            String gone = client.missing();
            if (gone != null) {
                lose(gone);
            } else if (client.othersRun()) {
                lose("another client's goal runs on it");
            }
        }
        GoalOrders.Order newest = orders.take();
        pending = newest == null ? pending : newest;
        if (pending != null && carryOut(pending)) {
            pending = null;
        }
    }

    /** @return false if it has to wait */
    private boolean carryOut(GoalOrders.Order order) {
        if (!order.isGoal()) {
            cancelNow();
            return true;
        }
        long nowNs = clock.monotonicNs();
        if (loss == null && sentNs != Long.MIN_VALUE && nowNs - sentNs < LEAST_APART_NS && !ends) {
            return false;
        }
        if (loss == null) {
            watched = client.send(words.goal(order.frame()));
            cancelAsked = false;
            sentNs = nowNs;
            sent.incrementAndGet();
        }
        return true;
    }

    /** Also where the newest goal has ended: of one that was rejected, the one before goes on. */
    private void cancelNow() {
        cancelAsked = watched != 0;
        client.cancel();
    }

    private void judge(Progress progress) {
        if (watched == 0 || progress.goal() != watched || !progress.state().ended()) {
            return;
        }
        watched = 0;
        switch (progress.state()) {
            case SUCCEEDED -> { }
            case CANCELED -> {
                if (!cancelAsked) {
                    lose(said("the goal was preempted by another client or its server", progress));
                }
            }
            default -> {
                if (!cancelAsked && !words.willDo(progress)) {
                    lose(said("the goal was " + progress.state().name().toLowerCase(Locale.ROOT), progress));
                }
            }
        }
    }

    /** With the server's words, and those of its result. */
    private String said(String what, Progress progress) {
        String text = progress.text();
        String result = words.result(progress);
        String both = text + (text.isEmpty() || result.isEmpty() || text.equals(result) ? "" : "; ") + (text.equals(result) ? "" : result);
        return what + (both.isEmpty() ? "" : ": " + both);
    }

    private void lose(String why) {
        boolean first = loss == null;
        loss = first ? ForeignText.printable(why) : loss;
        if (!first) {
            return;
        }
        failed.incrementAndGet();
        if (cancels) {
            cancelNow();
        }
    }

    /** Sends what was asked for last, and gives a cancellation a moment. */
    @Override
    public void close() {
        ends = true;
        LockSupport.unpark(thread);
        try {
            thread.join(FAREWELL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.debug("{}: its sender ends late", client.name());
        }
    }
}
