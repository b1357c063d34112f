package dev.dpros.cli.policy;

import dev.dpros.checkpoint.Safetensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The input file of {@code dpros predict}, checked against a policy's features. A leading dimension of 1 is ignored. */
final class PredictionInput {
    private static final String NOISE = "noise";
    private static final String VARIANCE = "variance_noise";

    private final String source;
    private final PolicyConfig config;
    private final Map<String, TensorData> tensors;

    /** Maps the file. @throws InputException if it is no safetensors file */
    PredictionInput(Path file, PolicyConfig config) {
        source = file.toString();
        this.config = config;
        tensors = Safetensors.read(file);
    }

    /** The observations. @throws InputException naming the key that is missing or of another shape or type */
    ObservationBatch observations() {
        List<float[]> values = new ArrayList<>();
        for (FeatureSpec feature : config.inputs()) {
            values.add(feature.kind() == FeatureSpec.Kind.VISUAL ? images(feature) : vectors(feature));
        }
        return new ObservationBatch(1, values);
    }

    /** The noise in the file; what it does not give is drawn from {@code otherwise}. */
    NoiseSource noise(SchedulerConfig sampler, NoiseSource otherwise) {
        long dims = config.denoisedWidth();
        float[] initial = tensors.containsKey(NOISE)
                ? floats(NOISE, tensors.get(NOISE), List.of((long) config.denoisedSteps(), dims)) : null;
        float[] variance = tensors.containsKey(VARIANCE) ? variance(sampler, dims) : null;
        return new NoiseSource() {
            @Override
            public void initial(float[] out, int offset, int length) {
                if (initial == null) {
                    otherwise.initial(out, offset, length);
                } else {
                    System.arraycopy(initial, 0, out, offset, length);
                }
            }

            @Override
            public void variance(int index, float[] out, int offset, int length) {
                if (variance == null) {
                    otherwise.variance(index, out, offset, length);
                } else {
                    System.arraycopy(variance, index * length, out, offset, length);
                }
            }
        };
    }

    /** Rows for every step that draws; the last step of DDPM does not. */
    private float[] variance(SchedulerConfig sampler, long dims) {
        TensorData tensor = withoutBatch(tensors.get(VARIANCE), 3);
        int needed = rowsNeeded(sampler);
        long rows = tensor.shape().size() == 3 ? tensor.shape().get(0) : -1;
        if (rows < needed) {
            throw InputException.of(source, "tensor '" + VARIANCE + "'", "shape [" + sampler.inferenceSteps() + ", "
                    + config.denoisedSteps() + ", " + dims + "]", tensor.shape().toString(), "one row per denoising step");
        }
        return floats(VARIANCE, tensor, List.of(rows, (long) config.denoisedSteps(), dims));
    }

    private static int rowsNeeded(SchedulerConfig sampler) {
        NoiseScheduler scheduler = scheduler(sampler);
        int needed = 0;
        for (int index = 0; index < scheduler.steps(); index++) {
            needed = scheduler.drawsNoise(index) ? index + 1 : needed;
        }
        return needed;
    }

    private static NoiseScheduler scheduler(SchedulerConfig sampler) {
        try {
            return NoiseScheduler.of(sampler, 1);
        } catch (IllegalArgumentException e) {
            throw new InputException("--steps: " + e.getMessage(), e);
        }
    }

    private TensorData observation(FeatureSpec feature) {
        TensorData tensor = tensors.get(feature.key());
        if (tensor == null) {
            throw new InputException(source + ": tensor '" + feature.key() + "': expected an observation "
                    + shape(feature.shape()) + ", found no such tensor" + NearestName.hint(feature.key(), tensors.keySet()));
        }
        return withoutBatch(tensor, feature.shape().size() + 1);
    }

    private static TensorData withoutBatch(TensorData tensor, int rank) {
        boolean batched = tensor.shape().size() == rank + 1 && tensor.shape().get(0) == 1;
        return batched ? new TensorData(tensor.dtype(), tensor.shape().subList(1, rank + 1), tensor.content()) : tensor;
    }

    private List<Long> shape(List<Integer> perStep) {
        List<Long> shape = new ArrayList<>(List.of((long) config.nObsSteps()));
        perStep.forEach(size -> shape.add((long) size));
        return shape;
    }

    private float[] vectors(FeatureSpec feature) {
        return floats(feature.key(), observation(feature), shape(feature.shape()));
    }

    private float[] images(FeatureSpec feature) {
        TensorData tensor = observation(feature);
        if (tensor.dtype() != DType.U8) {
            return floats(feature.key(), tensor, shape(feature.shape()));
        }
        int channels = feature.shape().get(0);
        int pixels = feature.shape().get(1) * feature.shape().get(2);
        List<Long> interleaved = shape(List.of(feature.shape().get(1), feature.shape().get(2), channels));
        if (!tensor.shape().equals(interleaved)) {
            throw InputException.of(source, "tensor '" + feature.key() + "'", "uint8 " + interleaved + " or float "
                    + shape(feature.shape()), "uint8 " + tensor.shape(), "");
        }
        ByteBuffer bytes = tensor.bytes();
        float[] values = new float[config.nObsSteps() * channels * pixels];
        for (int step = 0; step < config.nObsSteps(); step++) {
            for (int i = 0; i < pixels; i++) {
                for (int c = 0; c < channels; c++) {
                    values[(step * channels + c) * pixels + i] = (bytes.get() & 0xff) / 255f;
                }
            }
        }
        return values;
    }

    private float[] floats(String key, TensorData given, List<Long> shape) {
        TensorData tensor = withoutBatch(given, shape.size());
        if (!tensor.shape().equals(shape)) {
            throw InputException.of(source, "tensor '" + key + "'", "shape " + shape, tensor.shape().toString(), "");
        }
        return Safetensors.finiteFloats(source, key, tensor);
    }
}
