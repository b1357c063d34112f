package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.LayerScript;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** In which precision a policy runs, and whether this machine can do that. Thread-safe. */
public final class PrecisionSupport {
    private static final Logger LOG = LoggerFactory.getLogger(PrecisionSupport.class);
    private static final String KEY = "sampler.precision";
    private static final int OUT = 256;
    private static final int IN = LayerScript.PACKED_FROM / OUT;
    /** Half of the last of bfloat16's 8 significant bits. */
    private static final double TOLERANCE = 1.0 / 256;
    private static final Map<Precision, String> PROBLEMS = new EnumMap<>(Precision.class);

    private PrecisionSupport() {}

    /** The way to compute a network in that precision, or null for the fastest float32 one. */
    static @Nullable ConvVariant variant(Precision precision) {
        return switch (precision) {
            case BFLOAT16 -> ConvVariant.PACKED_BF16;
            case INT8 -> ConvVariant.PACKED_INT8;
            default -> null;
        };
    }

    /** The precision of a way to compute a network. */
    static Precision of(@Nullable ConvVariant variant) {
        return variant == ConvVariant.PACKED_BF16 ? Precision.BFLOAT16 : variant == ConvVariant.PACKED_INT8 ? Precision.INT8 : Precision.FLOAT32;
    }

    /**
     * The options with {@link Precision#AUTO} replaced by what was decided for the policy; reads its weights once if that is not float32.
     *
     * @throws InputException in one line, if the device or this machine cannot do it, or it was decided for other weights
     */
    public static InferenceOptions decided(PolicyDefinition policy, InferenceOptions options) {
        Precision precision = options.precision() == Precision.AUTO ? stored(policy) : options.precision();
        InferenceOptions decided = options.withPrecision(precision);
        require(decided);
        return decided;
    }

    private static Precision stored(PolicyDefinition policy) {
        PrecisionChoice choice = policy.precision();
        if (choice == null) {
            LOG.info("{}: no precision was decided for it, so it runs in float32; dpros precision decides", policy.source());
            return Precision.FLOAT32;
        }
        if (choice.precision() != Precision.FLOAT32 && !choice.policy().equals(PolicyHash.of(policy))) {
            throw InputException.of(KEY, "auto", "a choice for the weights of " + policy.source(), "one for others (" + choice.precision().word()
                    + ")", "decide again: dpros precision " + policy.source());
        }
        return choice.precision();
    }

    /**
     * Checks before any work that the options' device can compute in their precision, unless that is yet to be decided; starts
     * libtorch for those below float32.
     *
     * @throws InputException in one line, if not
     */
    public static void require(InferenceOptions options) {
        String problem = problem(options);
        if (!problem.isEmpty()) {
            throw InputException.of(KEY, "value", "one that this machine can compute in, such as float32", of(options.variant()).word() + " ("
                    + problem + ")", "");
        }
    }

    /** Whether the options' device can compute in their precision. */
    static boolean possible(InferenceOptions options) {
        return problem(options).isEmpty();
    }

    /** Why not, in a few words, or empty. */
    static String problem(InferenceOptions options) {
        Precision precision = of(options.variant());
        return precision == Precision.FLOAT32 ? "" : options.device().equals("cpu") ? problem(precision, options.variant()) : options.device();
    }

    /** Why not, or empty; found out once. */
    private static synchronized String problem(Precision precision, ConvVariant variant) {
        return PROBLEMS.computeIfAbsent(precision, p -> {
            if (!ReachableLayouts.packable(Device.cpu())) {
                return "not an x86 CPU";
            }
            try {
                return computed(variant);
            } catch (EngineException e) {
                return "libtorch: " + TorchRuntime.reason(e);
            }
        });
    }

    /** Multiplies one layer whose products are the largest that there are: what adds them up in too few bits is found out. */
    private static String computed(ConvVariant variant) {
        TorchRuntime.start();
        float[] weight = new float[OUT * IN];
        float[] input = new float[IN];
        Arrays.fill(weight, 1);
        Arrays.fill(input, 1);
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
                PtSymbolBlock module = ScriptLoader.load(LayerScript.of(variant, TensorData.of(weight, OUT, IN),
                        TensorData.of(new float[OUT], OUT), 1), manager, List.of(variant.preparation()));
                IValue x = IValue.from((PtNDArray) manager.create(input, new Shape(1, 1, IN)))) {
            try (IValue result = IValueUtils.runMethod(module, LayerScript.APPLY, x)) {
                for (float value : result.toTensor(manager).toFloatArray()) {
                    if (!(Math.abs(value / IN - 1) < TOLERANCE)) {
                        return "libtorch adds up " + value + " where it is " + IN;
                    }
                }
            }
            return "";
        }
    }
}
