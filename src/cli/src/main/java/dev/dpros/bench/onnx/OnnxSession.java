package dev.dpros.bench.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dpros.core.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in ONNX Runtime's CPU build, with all its graph optimisations, on the calling thread alone unless more threads are asked
 * for. Its library is not shipped: docs/benchmarks.md says how to get it. Confined to one thread.
 */
public final class OnnxSession implements AutoCloseable {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, FloatBuffer> values = new LinkedHashMap<>();

    /**
     * Loads a model.
     *
     * @throws InputException if the library is not there
     * @throws IllegalStateException if it refuses the model
     */
    public OnnxSession(Path model, int threads) {
        requireLibrary();
        environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(model.toString(), options);
        } catch (OrtException e) {
            throw refused(e);
        }
    }

    /** Makes sure that ONNX Runtime is on the class path. @throws InputException if it is not */
    public static void requireLibrary() {
        try {
            Class.forName("ai.onnxruntime.OrtEnvironment");
        } catch (ClassNotFoundException e) {
            throw new InputException("--versus: ONNX Runtime: expected on the class path, found nothing; it is not shipped: "
                    + "build with mvn -Ponnxruntime (docs/benchmarks.md)", e);
        }
    }

    /** Its version. */
    public String version() {
        return environment.getVersion();
    }

    /** An input's values, which stay from run to run. @param shape all its dimensions */
    public void input(String name, float[] content, long... shape) {
        FloatBuffer buffer = values.get(name);
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(content.length * Float.BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer();
            values.put(name, buffer);
            try {
                inputs.put(name, OnnxTensor.createTensor(environment, buffer, shape));
            } catch (OrtException e) {
                throw refused(e);
            }
        }
        buffer.put(0, content);
    }

    /** Runs the model. @return the values of its one result */
    public float[] run() {
        try (OrtSession.Result result = session.run(inputs)) {
            FloatBuffer all = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] out = new float[all.remaining()];
            all.get(out);
            return out;
        } catch (OrtException e) {
            throw refused(e);
        }
    }

    private static IllegalStateException refused(OrtException e) {
        return new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        inputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException e) {
            throw refused(e);
        }
    }
}
