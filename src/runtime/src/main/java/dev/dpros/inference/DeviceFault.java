package dev.dpros.inference;

import java.util.regex.Pattern;

/**
 * Tells the failure of an accelerator from any other. The engine has one class of exception for everything; what happened
 * stands in the message, in libtorch's words.
 */
public final class DeviceFault {
    private static final Pattern WORDS = Pattern.compile(
            "CUDA error|CUDA out of memory|CUDA driver error|CUBLAS_STATUS_|cuBLAS error|cuDNN error|CUDNN_STATUS_|CUFFT_STATUS_|cuFFT error"
                    + "|CUSOLVER_STATUS_|cusolver error|NCCL error|device-side assert|an illegal memory access was encountered",
            Pattern.CASE_INSENSITIVE);
    private static final int DEEPEST_CAUSE = 16;
    /** By its name: a robot whose policy is on a server has no engine. */
    private static final String ENGINE = "ai.djl.engine.EngineException";

    private DeviceFault() {}

    /**
     * Whether the engine says, anywhere among the causes, that the device failed. After that no call on it can be trusted:
     * an error of CUDA stays with its context until the process ends.
     */
    public static boolean is(Throwable thrown) {
        return words(thrown) != null;
    }

    /** What the engine says of it, in one line. */
    public static String line(Throwable thrown) {
        String words = words(thrown);
        return "device lost: " + (words == null ? String.valueOf(thrown.getMessage()) : words).lines().findFirst().orElse("");
    }

    private static String words(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause.getMessage() != null && cause.getClass().getName().equals(ENGINE) && WORDS.matcher(cause.getMessage()).find()) {
                return cause.getMessage();
            }
            cause = cause.getCause();
        }
        return null;
    }
}
