package dev.dpros.inference.torchscript;

import java.util.function.UnaryOperator;

/**
 * Linear layers in the layout of a variant: as they are, or their larger weights in oneDNN's blocked layout, into which a
 * preparation brings them. Confined to one thread.
 */
final class PackedLinear {
    /** Weights of fewer values than this gain nothing from oneDNN's layout (measured: 82 k lose, 330 k win). */
    static final int PACKED_FROM = 1 << 17;
    /** The same where many rows are multiplied (measured: 66 k win). */
    static final int PACKED_FROM_MANY = 1 << 16;
    private static final int MANY = 16;
    static final String NO_FUSION = Activation.NONE.fused();
    private static final int FLOAT32 = 6;
    private static final int BFLOAT16 = 15;

    private final ScriptBody body;
    private final ScriptBody preparation;
    private final ConvVariant variant;
    private final Int8Linear int8;

    /** @param preparation takes the statements that bring weights from the layout of the variant before into this one's */
    PackedLinear(ScriptModule module, ScriptBody body, ScriptBody preparation, ConvVariant variant) {
        this.body = body;
        this.preparation = preparation;
        this.variant = variant;
        int8 = new Int8Linear(module, body, preparation);
    }

    /**
     * A weight matrix's size.
     *
     * @param out its rows
     * @param in its columns
     * @param rows of what it is multiplied with
     */
    record Size(int out, int in, int rows) {}

    /**
     * What a weight matrix is multiplied with.
     *
     * @param values variable, {@code [B, T, C]}
     * @param view statement that makes the rows of them, of whatever type they are
     * @param range dimensions of the values that have a range of their own in 8 bits: what is left is quantised by itself
     */
    record Rows(String values, UnaryOperator<String> view, String range) {}

    /** {@code x weight^T + bias}, and then the activation; each row of x is quantised by itself. */
    String apply(String x, String weight, String bias, Size size, Activation activation) {
        return apply(new Rows(x, values -> values, "[-1]"), weight, bias, size, activation);
    }

    /** {@code rows weight^T + bias}, and then the activation. */
    String apply(Rows rows, String weight, String bias, Size size, Activation activation) {
        boolean pack = variant.packed() && (long) size.out * size.in >= (size.rows >= MANY ? PACKED_FROM_MANY : PACKED_FROM);
        if (pack && variant == ConvVariant.PACKED_INT8) {
            return activation.apply(body, int8.apply(rows, weight, bias));
        }
        String x = rows.view.apply(rows.values);
        if (!pack) {
            return activation.apply(body, body.let("torch.linear(torch.contiguous(%s), %s, %s)", x, weight, bias));
        }
        activation.prepare(preparation, weight, bias);
        String after = activation.fused();
        if (variant == ConvVariant.PACKED) {
            preparation.line("%1$s = ops.mkldnn._reorder_linear_weight(%1$s, %2$d)", weight, size.rows);
            return activation.afterFused(body, body.let("ops.mkldnn._linear_pointwise(%s, %s, %s, %s)", x, weight, bias, after));
        }
        preparation.line("%1$s = ops.mkldnn._reorder_linear_weight(torch.to(%1$s, %3$d), %2$d)", weight, size.rows, BFLOAT16);
        preparation.line("%1$s = torch.to(%1$s, %2$d)", bias, BFLOAT16);
        return activation.afterFused(body, body.let("torch.to(ops.mkldnn._linear_pointwise(torch.to(%s, %d), %s, %s, %s), %d)", x,
                BFLOAT16, weight, bias, after, FLOAT32));
    }
}
