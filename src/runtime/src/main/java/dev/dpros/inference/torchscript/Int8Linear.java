package dev.dpros.inference.torchscript;

/**
 * Linear layers whose weights have 8 bits, symmetric, with a scale for each output, by oneDNN's product of unsigned and signed
 * bytes. What they are multiplied with is quantised as it comes, to the 127 steps between its least and its largest value (zero
 * always among them), whose product with a weight, twice, fits the 16 bits in which x86 CPUs without VNNI add two of them: so the sums
 * are exact, and the same, on every CPU. Confined to one thread.
 */
final class Int8Linear {
    private static final String LEAST_WIDTH = "9.9999999999999998e-13";
    private static final String STEP = "0.007874015748031496";
    private static final int UINT8 = 0;
    private static final int INT8 = 1;
    private static final int INT32 = 3;
    private static final int FLOAT32 = 6;

    private final ScriptModule module;
    private final ScriptBody body;
    private final ScriptBody preparation;

    Int8Linear(ScriptModule module, ScriptBody body, ScriptBody preparation) {
        this.module = module;
        this.body = body;
        this.preparation = preparation;
    }

    /** {@code rows weight^T + bias}; NaN and infinity stay what they are, in every output that depends on them. */
    String apply(PackedLinear.Rows rows, String weight, String bias, PackedLinear.Size size) {
        Stored stored = stored(weight, size);
        String x = rows.values();
        String low = body.let("torch.clamp_max(torch.amin(%s, %s, True), 0)", x, rows.range());
        String high = body.let("torch.clamp_min(torch.amax(%s, %s, True), 0)", x, rows.range());
        String scale = body.let("torch.mul(torch.clamp_min(torch.sub(%s, %s), %s), %s)", high, low, LEAST_WIDTH, STEP);
        String zero = body.let("torch.round(torch.div(%s, %s))", low, scale);
        // rounds by cutting off: never negative
        String bytes = body.let("torch.to(torch.addcdiv(torch.rsub(%s, 0.5), %s, %s), %d)", zero, x, scale, UINT8);
        String y = body.let("ops.onednn.qlinear_pointwise(%s, 1., 0, %s, %s, %s, None, 1., 0, %d, %s)", rows.view().apply(bytes), weight,
                stored.scale(), stored.zeros(), FLOAT32, PackedLinear.NO_FUSION);
        String shift = body.let("torch.addcmul(%s, %s, torch.mul(%s, %s))", bias, stored.sums(), zero, scale);
        return body.let("torch.addcmul(%s, %s, %s)", shift, y, scale);
    }

    /** What is stored beside a weight. @param scale of each output @param sums of each output's weights @param zeros its zero points */
    private record Stored(String scale, String sums, String zeros) {}

    private Stored stored(String weight, PackedLinear.Size size) {
        Stored stored = new Stored(module.made(weight + " scale"), module.made(weight + " sums"), module.made(weight + " zeros"));
        preparation.line("%s = torch.mul(torch.clamp_min(torch.amax(torch.abs(%s), [1]), %s), %s)", stored.scale, weight, LEAST_WIDTH, STEP);
        String bytes = preparation.let("torch.to(torch.round(torch.div(%s, torch.unsqueeze(%s, 1))), %d)", weight, stored.scale, INT8);
        preparation.line("%s = torch.mul(torch.to(torch.sum(%s, [1]), %d), %s)", stored.sums, bytes, FLOAT32, stored.scale);
        preparation.line("%s = torch.to(torch.zeros_like(%s), %d)", stored.zeros, stored.scale, INT32);
        preparation.line("%s = ops.onednn.qlinear_prepack(%s, [%d, %d])", weight, bytes, size.rows(), size.in());
        return stored;
    }
}
