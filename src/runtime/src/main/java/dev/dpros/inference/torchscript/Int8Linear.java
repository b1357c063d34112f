package dev.dpros.inference.torchscript;

/**
 * Linear layers whose weights have 8 bits, symmetric, with a scale for each output, by FBGEMM's product of unsigned and signed
 * bytes. What they are multiplied with is quantised as it comes, to the 127 steps between its least and its largest value (zero
 * always among them), whose product with a weight, twice, fits the 16 bits in which x86 CPUs without VNNI add two of them: so the sums
 * are exact, and the same, on every CPU (AVX2 at least). Confined to one thread.
 */
final class Int8Linear {
    private static final String LEAST_WIDTH = "9.9999999999999998e-13";
    private static final String STEP = "0.007874015748031496";
    private static final int INT8 = 1;
    private static final int INT64 = 4;
    private static final int FLOAT32 = 6;
    private static final int FLOAT64 = 7;

    private final ScriptModule module;
    private final ScriptBody body;
    private final ScriptBody preparation;

    Int8Linear(ScriptModule module, ScriptBody body, ScriptBody preparation) {
        this.module = module;
        this.body = body;
        this.preparation = preparation;
    }

    /** {@code rows weight^T + bias}; NaN and infinity stay what they are, in every output that depends on them. */
    String apply(PackedLinear.Rows rows, String weight, String bias) {
        Stored stored = stored(weight);
        String x = rows.values();
        String low = body.let("torch.clamp_max(torch.amin(%s, %s, True), 0)", x, rows.range());
        String high = body.let("torch.clamp_min(torch.amax(%s, %s, True), 0)", x, rows.range());
        String scale = body.let("torch.mul(torch.clamp_min(torch.sub(%s, %s), %s), %s)", high, low, LEAST_WIDTH, STEP);
        String zero = body.let("torch.round(torch.div(%s, %s))", low, scale);
        // from 0 to 128, which the product rounds
        String levels = body.let("torch.addcdiv(torch.neg(%s), %s, %s)", zero, x, scale);
        String y = body.let("ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(%s, 1., 0, torch._unwrap_optional(%s))",
                rows.view().apply(levels), stored.weight());
        return body.let("torch.addcmul(%s, torch.addcmul(%s, %s, %s), %s)", bias, y, stored.sums(), zero, scale);
    }

    /** What is stored in place of a weight. @param weight packed @param scale of each output @param sums of each output's weights */
    private record Stored(String weight, String scale, String sums) {}

    private Stored stored(String weight) {
        Stored stored = new Stored(module.packed(weight), module.made(weight + " scale"), module.made(weight + " sums"));
        preparation.line("%s = torch.mul(torch.clamp_min(torch.amax(torch.abs(%s), [1]), %s), %s)", stored.scale, weight, LEAST_WIDTH, STEP);
        String bytes = preparation.let("torch.to(torch.round(torch.div(%s, torch.unsqueeze(%s, 1))), %d)", weight, stored.scale, INT8);
        preparation.line("%s = torch.mul(torch.to(torch.sum(%s, [1]), %d), %s)", stored.sums, bytes, FLOAT32, stored.scale);
        String quantised = preparation.let("torch._make_per_channel_quantized_tensor(%1$s, torch.to(%2$s, %3$d), torch.to(torch.zeros_like(%2$s), %4$d), 0)",
                bytes, stored.scale, FLOAT64, INT64);
        preparation.line("%s = ops.quantized.linear_prepack(%s, None)", stored.weight, quantised);
        preparation.line("%s = torch.zeros([1])", weight);
        return stored;
    }
}
