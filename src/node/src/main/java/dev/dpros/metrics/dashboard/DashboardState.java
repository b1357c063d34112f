package dev.dpros.metrics.dashboard;

/** Where the live page's contents come from. */
@FunctionalInterface
public interface DashboardState {
    /** The present state. Called on the dashboard's thread, up to 20 times a second; must not block; may allocate. */
    Snapshot snapshot();

    /** What a page that is opened now draws as the time before. Called on HTTP threads; must not block; may allocate. */
    default Past past() {
        return Past.NONE;
    }
}
