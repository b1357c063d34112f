package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import dev.dpros.core.InputException;

/**
 * The one place that starts libtorch and sets its global and per-thread switches. Thread-safe.
 *
 * <p>DJL never calls out: {@code ai.djl.offline} is set before the engine loads, and a native library that is not in the
 * jars is an error.
 */
final class TorchRuntime {
    private static final ThreadLocal<Integer> PREPARED = ThreadLocal.withInitial(() -> 0);
    private static boolean started;

    private TorchRuntime() {}

    /** Loads the engine if need be (0.5 to 3 s the first time). @throws InputException if libtorch cannot be loaded */
    static synchronized void start() {
        if (started) {
            return;
        }
        setDefault("ai.djl.offline", "true");
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.pytorch.graph_optimizer", "false");
        try {
            Engine.getEngine("PyTorch");
        } catch (EngineException e) {
            throw new InputException("libtorch: cannot be loaded: " + e.getMessage()
                    + "; is pytorch-native-cpu on the class path, and DJL_CACHE_DIR writable?", e);
        }
        started = true;
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** @throws InputException if the device is not there */
    static Device device(String name) {
        start();
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        int index = Integer.parseInt(name.substring("cuda:".length()));
        int found = Engine.getEngine("PyTorch").getGpuCount();
        if (index >= found) {
            throw InputException.of("inference.device", name, found == 0 ? "cpu (no GPU is usable here)" : "cuda:0 to cuda:"
                    + (found - 1), name, "");
        }
        return Device.gpu(index);
    }

    /**
     * Sets the calling thread's switches, once per thread and value: no graph executor optimisation (it recompiles on the
     * second and third call of each shape, which costs tens of milliseconds at an unforeseen moment), and the number of
     * threads within an operator.
     */
    static void prepareThread(int threads) {
        if (PREPARED.get() == threads) {
            return;
        }
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(threads);
        PREPARED.set(threads);
    }
}
