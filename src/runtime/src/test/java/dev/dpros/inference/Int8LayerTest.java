package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import dev.dpros.core.TensorData;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.LayerScript;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One layer in 8 bits, against what integers in Java give and against exact numbers. */
class Int8LayerTest {
    private static final int OUT = 256;
    private static final int IN = 640;

    private final SplittableRandom random = new SplittableRandom(7);

    /** Rows of {@code x weight^T + bias}. */
    private static float[] apply(float[] x, float[] weight, float[] bias) {
        TorchRuntime.start();
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch");
                PtSymbolBlock module = ScriptLoader.load(LayerScript.of(ConvVariant.PACKED_INT8, TensorData.of(weight, OUT, IN),
                        TensorData.of(bias, OUT), x.length / IN), manager, List.of(ConvVariant.PACKED_INT8.preparation()));
                IValue input = IValue.from((PtNDArray) manager.create(x, new Shape(1, x.length / IN, IN)).toType(DataType.FLOAT32, false))) {
            try (IValue output = IValueUtils.runMethod(module, LayerScript.APPLY, input)) {
                return output.toTensor(manager).toFloatArray();
            }
        }
    }

    private float[] values(int count, double low, double high) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (low + (high - low) * random.nextDouble());
        }
        return values;
    }

    /** The layer by its definition: integers multiplied exactly. */
    private static double[] byIntegers(float[] x, float[] weight, float[] bias) {
        double[] y = new double[x.length / IN * OUT];
        for (int row = 0; row < x.length / IN; row++) {
            float[] range = range(x, row);
            float scale = Math.max(range[1] - range[0], 1e-12f) * (float) (1 / 127.0);
            float zero = (float) Math.rint(range[0] / scale);
            for (int o = 0; o < OUT; o++) {
                float step = step(weight, o);
                long sum = 0;
                for (int i = 0; i < IN; i++) {
                    long level = (long) ((0.5f - zero) + x[row * IN + i] / scale);
                    sum += (level + (long) zero) * (long) Math.rint(weight[o * IN + i] / step);
                }
                y[row * OUT + o] = bias[o] + (double) scale * step * sum;
            }
        }
        return y;
    }

    private static float[] range(float[] x, int row) {
        float[] range = new float[2];
        for (int i = row * IN; i < (row + 1) * IN; i++) {
            range[0] = Math.min(range[0], x[i]);
            range[1] = Math.max(range[1], x[i]);
        }
        return range;
    }

    private static float step(float[] weight, int out) {
        float most = 0;
        for (int i = 0; i < IN; i++) {
            most = Math.max(most, Math.abs(weight[out * IN + i]));
        }
        return Math.max(most, 1e-12f) * (float) (1 / 127.0);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1, 0.1, 1", "-0.3, 5, 0.02, 3", "0, 2000, 1, 4", "-4, 0, 0.5, 16", "3, 3, 0.3, 1", "0, 0, 0.3, 2"})
    void shouldMultiplyIntegersExactly(double low, double high, double weights, int rows) {
        float[] x = values(rows * IN, low, high);
        float[] weight = values(OUT * IN, -weights, weights);
        float[] bias = values(OUT, -1, 1);
        double[] expected = byIntegers(x, weight, bias);
        double most = Arrays.stream(expected).map(Math::abs).max().orElseThrow();

        float[] found = apply(x, weight, bias);

        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i], found[i], 1e-5 * Math.max(1, most), "output " + i);
        }
    }

    @Test
    void shouldNotSaturateWhereEveryProductIsTheLargest() {
        float[] x = new float[2 * IN];
        Arrays.fill(x, 0, IN, 3f);
        Arrays.fill(x, IN, 2 * IN, -3f);
        float[] weight = new float[OUT * IN];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = i / IN % 2 == 0 ? 0.5f : -0.5f;
        }
        float[] found = apply(x, weight, new float[OUT]);
        for (int i = 0; i < found.length; i++) {
            boolean positive = i / OUT == 0 == (i % 2 == 0);
            assertEquals((positive ? 1.5 : -1.5) * IN, found[i], 1.5e-5 * IN);
        }
    }

    @Test
    void shouldBeNoFurtherFromTheExactProductThanHalfAStepOfEach() {
        float[] x = values(4 * IN, -0.3, 6);
        float[] weight = values(OUT * IN, -0.2, 0.2);
        float[] found = apply(x, weight, new float[OUT]);
        for (int row = 0; row < 4; row++) {
            float[] range = range(x, row);
            double half = (range[1] - range[0]) / 127 / 2;
            for (int o = 0; o < OUT; o++) {
                double exact = 0;
                double bound = 1e-4;
                for (int i = 0; i < IN; i++) {
                    double w = weight[o * IN + i];
                    double halfStep = step(weight, o) / 2;
                    exact += w * x[row * IN + i];
                    bound += Math.abs(w) * half + Math.abs(x[row * IN + i]) * halfStep + half * halfStep;
                }
                assertEquals(exact, found[row * OUT + o], bound);
            }
        }
    }

    @Test
    void shouldLeaveEachRowItsOwnRange() {
        float[] small = values(IN, -0.01, 0.01);
        float[] both = Arrays.copyOf(small, 2 * IN);
        System.arraycopy(values(IN, -1000, 1000), 0, both, IN, IN);
        float[] weight = values(OUT * IN, -1, 1);
        float[] bias = new float[OUT];
        assertArrayEquals(apply(small, weight, bias), Arrays.copyOf(apply(both, weight, bias), OUT), 1e-6f);
    }

    @Test
    void shouldKeepWhatIsNoNumber() {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] x = values(2 * IN, -1, 1);
            x[5] = wrong;
            float[] found = apply(x, values(OUT * IN, -1, 1), new float[OUT]);
            for (int i = 0; i < OUT; i++) {
                assertFalse(Float.isFinite(found[i]));
                assertTrue(Float.isFinite(found[OUT + i]));
            }
        }
    }
}
