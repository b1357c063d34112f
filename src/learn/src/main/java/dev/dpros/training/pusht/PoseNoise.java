package dev.dpros.training.pusht;

import dev.dpros.core.FeatureSpec;
import dev.dpros.training.data.VectorNoise;
import java.util.SplittableRandom;

/**
 * Moves keypoints as a rigid body, by as much as a pose estimator may be wrong; leaves all other features as they are.
 *
 * @param shiftPx standard deviation of the shift along x and along y, px
 * @param turnRad standard deviation of the turn about the keypoints' mean, rad
 */
public record PoseNoise(double shiftPx, double turnRad) implements VectorNoise {
    @Override
    public void apply(FeatureSpec feature, float[] values, SplittableRandom random) {
        if (feature.kind() != FeatureSpec.Kind.ENV) {
            return;
        }
        double dx = shiftPx * random.nextGaussian();
        double dy = shiftPx * random.nextGaussian();
        double turn = turnRad * random.nextGaussian();
        double cos = Math.cos(turn);
        double sin = Math.sin(turn);
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < values.length; i += 2) {
            meanX += values[i] * 2 / values.length;
            meanY += values[i + 1] * 2 / values.length;
        }
        for (int i = 0; i < values.length; i += 2) {
            double x = values[i] - meanX;
            double y = values[i + 1] - meanY;
            values[i] = (float) (meanX + cos * x - sin * y + dx);
            values[i + 1] = (float) (meanY + sin * x + cos * y + dy);
        }
    }
}
