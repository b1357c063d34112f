package dev.dpros.study;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ObservationWindow;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.sim.PushTRobot;
import java.util.List;

/** What a PushT robot has been seen to do lately, one entry per tick, and windows of it on the policy's grid. One thread. */
final class ObservationHistory {
    private static final int PIXELS = 3 * PushTCamera.SIZE * PushTCamera.SIZE;

    private final List<FeatureSpec> features;
    private final int ticksPerStep;
    private final int kept;
    private final boolean visual;
    private final PushTCamera camera;
    private final double[][] vectors;
    private final byte[][] pixels;
    private int seen;

    /**
     * An empty history.
     *
     * @param steps To
     * @param ticksPerStep ticks between two grid points
     */
    ObservationHistory(List<FeatureSpec> features, int steps, int ticksPerStep, PushTCamera camera) {
        this.features = features;
        this.ticksPerStep = ticksPerStep;
        this.camera = camera;
        kept = (steps - 1) * ticksPerStep + 1;
        visual = features.stream().anyMatch(feature -> feature.kind() == FeatureSpec.Kind.VISUAL);
        vectors = new double[kept][2 + 2 * PushTEnv.KEYPOINTS];
        pixels = new byte[visual ? kept : 0][PIXELS];
    }

    /** Looks at the robot; once per tick. */
    void observe(PushTRobot robot) {
        int slot = seen++ % kept;
        robot.readPosition(vectors[slot], 0);
        robot.readKeypoints(vectors[slot], 2);
        if (visual) {
            camera.render(robot.world(), pixels[slot], 0);
        }
    }

    /** The window that ends at the last tick; before the first ones, the first again. */
    void fill(ObservationWindow window) {
        int steps = window.steps();
        for (int k = 0; k < steps; k++) {
            int tick = Math.max(Math.max(0, seen - kept), seen - 1 - (steps - 1 - k) * ticksPerStep);
            for (int f = 0; f < features.size(); f++) {
                write(features.get(f), tick % kept, window.values(f), k);
            }
        }
    }

    private void write(FeatureSpec feature, int slot, float[] out, int step) {
        int at = step * feature.size();
        switch (feature.kind()) {
            case VISUAL -> {
                int plane = PIXELS / 3;
                for (int i = 0; i < PIXELS; i++) {
                    out[at + i % 3 * plane + i / 3] = (pixels[slot][i] & 0xff) / 255f;
                }
            }
            case STATE -> {
                out[at] = (float) vectors[slot][0];
                out[at + 1] = (float) vectors[slot][1];
            }
            default -> {
                for (int i = 0; i < feature.size(); i++) {
                    out[at + i] = (float) vectors[slot][2 + i];
                }
            }
        }
    }
}
