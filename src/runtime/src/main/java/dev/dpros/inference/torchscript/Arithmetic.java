package dev.dpros.inference.torchscript;

/** In what precision training multiplies matrices; everything else, and every weight, is float32. */
public enum Arithmetic {
    /** float32. */
    FLOAT32,
    /** Operands rounded to bfloat16, sums in float32: for CPUs with avx512_bf16 or AMX. */
    BFLOAT16;

    private static final int FLOAT = 6;
    private static final int BFLOAT = 15;

    /** {@code x weight^T + bias}. */
    String linear(ScriptBody body, String x, String weight, String bias) {
        return this == FLOAT32
                ? body.let("torch.linear(%s, %s, %s)", x, weight, bias)
                : body.let("torch.to(torch.linear(%s, %s, %s), %d)", narrow(x), narrow(weight), narrow(bias), FLOAT);
    }

    /** An expression with the operand as it enters a product. */
    String narrow(String x) {
        return this == FLOAT32 || x.equals("None") ? x : "torch.to(" + x + ", " + BFLOAT + ")";
    }

    /** An expression with a product as it goes on. */
    String widen(String x) {
        return this == FLOAT32 ? x : "torch.to(" + x + ", " + FLOAT + ")";
    }
}
