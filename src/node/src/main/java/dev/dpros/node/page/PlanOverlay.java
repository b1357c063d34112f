package dev.dpros.node.page;

import dev.dpros.config.DashboardSection.Projection;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.metrics.dashboard.Snapshot;
import java.util.List;

/** Draws chunks into one camera's image. Immutable; allocates. */
final class PlanOverlay {
    private final String camera;
    private final int x;
    private final int y;
    private final Projection projection;

    /** @throws InputException if the projection names a dimension that the action lacks */
    PlanOverlay(String camera, String key, Projection projection, List<String> joints) {
        this.camera = camera;
        this.projection = projection;
        for (String name : projection.dims()) {
            if (!joints.contains(name)) {
                throw new InputException("dashboard.plan_to_image." + key + ".dims: '" + name
                        + "': the action has no such dimension" + NearestName.hint(name, joints));
            }
        }
        x = joints.indexOf(projection.dims().get(0));
        y = joints.indexOf(projection.dims().get(1));
    }

    /** The plan, what was planned before it, and other samples from the same observation. */
    Snapshot.Overlay draw(ActionChunk plan, List<ActionChunk> before, List<ActionChunk> fan, long rosNowNs) {
        long begun = Math.floorDiv(rosNowNs - plan.firstStampNs(), plan.stepNs());
        int executed = (int) Math.max(0, Math.min(plan.steps(), begun));
        return new Snapshot.Overlay(camera, points(plan), executed, before.stream().map(this::points).toList(),
                fan.stream().map(this::points).toList());
    }

    private double[] points(ActionChunk chunk) {
        double[] points = new double[2 * chunk.steps()];
        for (int i = 0; i < chunk.steps(); i++) {
            points[2 * i] = at(0, chunk.action(i, x), chunk.action(i, y)) / projection.image().get(0);
            points[2 * i + 1] = at(3, chunk.action(i, x), chunk.action(i, y)) / projection.image().get(1);
        }
        return points;
    }

    private double at(int row, double px, double py) {
        List<Double> matrix = projection.matrix();
        return matrix.get(row) * px + matrix.get(row + 1) * py + matrix.get(row + 2);
    }
}
