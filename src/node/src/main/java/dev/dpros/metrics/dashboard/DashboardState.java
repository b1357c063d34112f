package dev.dpros.metrics.dashboard;

/** Where the live page's contents come from. */
@FunctionalInterface
public interface DashboardState {
    /** The present state. Called on the dashboard's thread, up to 20 times a second; must not block; may allocate. */
    Snapshot snapshot();
}
