package dev.dpros.inference.torchscript;

/** Attention of several heads on tokens {@code [B, T, E]}, written as TorchScript. Each method adds statements to the body. */
final class HeadsOps {
    private final ScriptBody body;
    private final int width;
    private final int heads;

    HeadsOps(ScriptBody body, int width, int heads) {
        this.body = body;
        this.width = width;
        this.heads = heads;
    }

    /** {@code [B, heads, T, E / heads]}. */
    String split(String x) {
        return body.let("torch.permute(torch.reshape(%1$s, [torch.size(%1$s, 0), torch.size(%1$s, 1), %2$d, %3$d]), [0, 2, 1, 3])", x,
                heads, width / heads);
    }

    /** Attention of what {@link #split} gave, as tokens. @param dropout share of weights that are left out */
    String attend(String query, String keys, String values, double dropout) {
        return attend(query, keys, values, dropout, false);
    }

    /** The same. @param causal whether a token attends to itself and earlier ones only */
    String attend(String query, String keys, String values, double dropout, boolean causal) {
        String y = body.let("torch.scaled_dot_product_attention(%s, %s, %s, None, %s, %s)", query, keys, values, dropout,
                causal ? "True" : "False");
        return body.let("torch.reshape(torch.permute(%1$s, [0, 2, 1, 3]), [torch.size(%1$s, 0), torch.size(%1$s, 2), %2$d])", y, width);
    }
}
