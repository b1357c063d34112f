package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import dev.dpros.core.InputException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that starts libtorch and sets its global and per-thread switches. Thread-safe.
 *
 * <p>DJL never calls out: {@code ai.djl.offline} is set before the engine loads, and a native library that is not in the
 * jars is an error.
 */
public final class TorchRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(TorchRuntime.class);
    private static final ThreadLocal<Integer> PREPARED = ThreadLocal.withInitial(() -> 0);
    private static boolean started;

    private TorchRuntime() {}

    /** Loads the engine if need be (0.5 to 3 s the first time). @throws InputException if libtorch cannot be loaded */
    public static synchronized void start() {
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
        disableNnpack();
        started = true;
    }

    /**
     * Where NNPACK does not know the processor, libtorch tries it again, and prints so, at each 1x1 convolution. The switch
     * (torch.backends.nnpack.set_flags in Python) is not in DJL.
     */
    private static void disableNnpack() {
        try {
            Path library = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
            NativeLibrary torch = NativeLibrary.getInstance(library.toString());
            Pointer context = (Pointer) torch.getFunction("_ZN2at13globalContextEv").invoke(Pointer.class, new Object[0]);
            torch.getFunction("_ZN2at7Context20setUserEnabledNNPACKEb").invokeVoid(new Object[] {context, 0});
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("NNPACK stays as it is: {}", e.getMessage());
        }
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * The device of this name: {@code cpu}, {@code cuda} (the first) or {@code cuda:N}.
     *
     * @throws InputException if it is not there
     */
    public static Device device(String name) {
        start();
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        int index = name.equals("cuda") ? 0 : Integer.parseInt(name.substring("cuda:".length()));
        Engine engine = Engine.getEngine("PyTorch");
        int found = engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
        if (index >= found) {
            throw InputException.of("device", "name", found == 0 ? "cpu: no CUDA device is usable here" : "cpu or cuda:0 to cuda:"
                    + (found - 1), name, found == 0 ? "docs/containers.md says what CUDA needs" : "");
        }
        return Device.gpu(index);
    }

    /**
     * Checks before any work that the device of this name is there; does nothing for {@code cpu}.
     *
     * @throws InputException in one line, if it is not
     */
    public static void requireDevice(String name) {
        if (!name.equals("cpu")) {
            device(name);
        }
    }

    /**
     * Gives memory that was freed back to the system: the allocator keeps what lies between blocks in use, as many as there are while a
     * network is loaded. Milliseconds; where the C library is another than glibc it does nothing.
     */
    static void releaseFreeMemory() {
        try {
            Function.getFunction(Platform.C_LIBRARY_NAME, "malloc_trim").invokeInt(new Object[] {new NativeLong(0)});
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("freed memory stays with the process: {}", e.getMessage());
        }
    }

    /** What libtorch gives as the cause, in one line: a script's failure begins with where in the script it was, and ends with why. */
    static String reason(EngineException e) {
        List<String> lines = String.valueOf(e.getMessage()).lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
    }

    /** Seeds libtorch's own random numbers, of all threads together. */
    public static void seed(long seed) {
        JniUtils.setSeed(seed);
    }

    /** Memory in use on the first CUDA device, bytes, by all processes; NaN where there is none. Any thread. */
    public static double gpuMemoryUsed() {
        return CudaUtils.hasCuda() ? CudaUtils.getGpuMemory(Device.gpu(0)).getUsed() : Double.NaN;
    }

    /**
     * Sets the calling thread's switches, once per thread and value: no graph executor optimisation (it recompiles on the
     * second and third call of each shape, which costs tens of milliseconds at an unforeseen moment), and the number of
     * threads within an operator.
     */
    public static void prepareThread(int threads) {
        if (PREPARED.get() == threads) {
            return;
        }
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(threads);
        PREPARED.set(threads);
    }
}
