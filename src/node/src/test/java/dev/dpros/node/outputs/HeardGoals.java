package dev.dpros.node.outputs;

import dev.dpros.core.ActionClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server of goals that notes them, and does with the newest what a test says. */
final class HeardGoals implements ActionClient {
    private final List<Map<String, Object>> goals = new ArrayList<>();
    private int cancellations;
    private Progress progress = Progress.NONE;
    private @Nullable String missing;
    private boolean othersRun;

    @Override
    public String name() {
        return "/server";
    }

    synchronized void missing(@Nullable String why) {
        missing = why;
    }

    synchronized void othersRun(boolean run) {
        othersRun = run;
    }

    synchronized void end(State state, String text, Map<String, Object> result) {
        progress = new Progress(goals.size(), state, text, result);
    }

    /** All so far. */
    synchronized List<Map<String, Object>> goals() {
        return List.copyOf(goals);
    }

    synchronized int cancellations() {
        return cancellations;
    }

    @Override
    public synchronized @Nullable String missing() {
        return missing;
    }

    @Override
    public synchronized long send(Map<String, Object> goal) {
        goals.add(goal);
        progress = new Progress(goals.size(), State.ACTIVE, "", Map.of());
        return goals.size();
    }

    @Override
    public synchronized void cancel() {
        cancellations++;
        progress = new Progress(goals.size(), State.CANCELED, "", Map.of());
    }

    @Override
    public synchronized Progress progress() {
        return progress;
    }

    @Override
    public synchronized boolean othersRun() {
        return othersRun;
    }

    @Override
    public void listen(Runnable changed) {
        // its sender looks often enough
    }

    @Override
    public void close() {
        // holds nothing
    }
}
