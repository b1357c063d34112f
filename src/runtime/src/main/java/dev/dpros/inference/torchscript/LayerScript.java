package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;

/** Writes one linear layer as the networks have it in a variant, to try it out. Stateless. */
public final class LayerScript {
    /** Weights of fewer values than this are multiplied in float32 in every variant. */
    public static final int PACKED_FROM = PackedLinear.PACKED_FROM;
    /** The method that multiplies. */
    public static final String APPLY = "apply";

    private LayerScript() {}

    /**
     * A module with {@code apply(x [B, T, in]) -> [B, T, out]} and the variant's {@link ConvVariant#preparation}.
     *
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}
     * @param rows of x to expect
     */
    public static ScriptModule of(ConvVariant variant, TensorData weight, TensorData bias, int rows) {
        ScriptModule module = new ScriptModule("Layer");
        ScriptBody body = new ScriptBody();
        ScriptBody preparation = new ScriptBody();
        PackedLinear.Size size = new PackedLinear.Size(weight.shape().get(0).intValue(), weight.shape().get(1).intValue(), rows);
        body.result(new PackedLinear(module, body, preparation, variant).apply("x", module.weight("weight", weight),
                module.weight("bias", bias), size, Activation.NONE));
        module.method(APPLY + "(x: Tensor) -> Tensor", body);
        module.preparation(variant.preparation(), preparation);
        return module;
    }
}
