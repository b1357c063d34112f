package dev.dpros.ros.testing;

import java.util.function.BooleanSupplier;

/** Waits for a state that nothing signals, such as another process having connected. */
public final class Await {
    private Await() {}

    /** Returns when the condition holds; fails, naming it, after the fixture's time limit. */
    public static void until(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + RosTool.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("not within " + RosTool.LIMIT.toSeconds() + " s: " + what);
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
