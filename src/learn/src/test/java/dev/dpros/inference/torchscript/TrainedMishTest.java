package dev.dpros.inference.torchscript;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.TensorData;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingState.Part;
import dev.dpros.training.engine.TrainingStep;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainedMishTest {
    private static final float[] X = {-200, -90, -40, -20, -6, -1.5f, -1.1924f, -0.3f, 0, 1e-6f, 0.3f, 1, 5, 12, 19.99f, 20.01f, 45, 90, 3e4f};

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double tanhSoftplus(double x) {
        return Math.tanh(Math.log1p(Math.exp(x)));
    }

    /** By the definition, in float64. */
    @Test
    void shouldHaveTheValueAndTheDerivativeOfMish() {
        ScriptModule script = new ScriptModule("Mish", name -> true, 1);
        String x = script.weight("x", TensorData.of(X, X.length));
        ScriptBody value = new ScriptBody();
        value.result(TrainedMish.of(value, x));
        script.method("value(w: List[Tensor], x: List[Tensor]) -> Tensor", value);
        ScriptBody loss = new ScriptBody();
        loss.result("torch.sum(torch.mul(x[0], " + TrainedMish.of(loss, x) + "))");
        script.method("loss(w: List[Tensor], x: List[Tensor]) -> Tensor", loss);
        float[] ones = new float[X.length];
        Arrays.fill(ones, 1);
        List<TensorData> batch = List.of(TensorData.of(ones, ones.length));
        TrainingState state = new TrainingState(script, true);

        try (TrainingStep step = new TrainingStep(script, state, OptimizerConfig.reference(1), 1)) {
            float[] values = step.run("value", batch, false);
            step.accumulate(batch, 1);
            TensorData derivatives = state.read(Part.GRADIENTS).get("x");
            for (int i = 0; i < X.length; i++) {
                double v = X[i];
                double t = v > 300 ? 1 : tanhSoftplus(v);
                double slope = t + v * (1 - t * t) * sigmoid(v);
                assertEquals(v * t, values[i], 1e-6 * Math.max(1, Math.abs(v)), "mish of " + v);
                assertEquals(slope, derivatives.bytes().asFloatBuffer().get(i), 1e-6, "slope at " + v);
            }
        }
    }
}
