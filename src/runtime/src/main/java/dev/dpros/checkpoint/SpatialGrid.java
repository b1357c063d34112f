package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.VisionConfig;
import java.util.List;

/** The coordinates that SpatialSoftmax averages over, a buffer of LeRobot's model. Stateless. */
final class SpatialGrid {
    private SpatialGrid() {}

    /** {@code [H * W, 2]}, x then y in [-1, 1], of a ResNet's last feature map. */
    static TensorData of(VisionConfig vision, FeatureSpec camera) {
        List<Integer> image = vision.cropShape() != null ? vision.cropShape()
                : vision.resizeShape() != null ? vision.resizeShape() : camera.shape().subList(1, 3);
        int height = featureSize(image.get(0));
        int width = featureSize(image.get(1));
        float[] grid = new float[height * width * 2];
        for (int i = 0; i < height * width; i++) {
            grid[2 * i] = coordinate(i % width, width);
            grid[2 * i + 1] = coordinate(i / width, height);
        }
        return TensorData.of(grid, (long) height * width, 2);
    }

    /** Five halvings: 7x7 convolution, pool, three of four stages; each rounds up. */
    private static int featureSize(int size) {
        int result = size;
        for (int i = 0; i < 5; i++) {
            result = (result + 1) / 2;
        }
        return result;
    }

    private static float coordinate(int index, int count) {
        return count == 1 ? -1f : (float) (-1 + 2.0 * index / (count - 1));
    }
}
