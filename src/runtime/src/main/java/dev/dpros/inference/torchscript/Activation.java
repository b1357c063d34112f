package dev.dpros.inference.torchscript;

/** What follows a linear layer of a transformer. */
enum Activation {
    /** Nothing. */
    NONE("\"none\", annotate(List[Optional[number]], []), \"\""),
    /** The exact GELU. */
    GELU("\"gelu\", annotate(List[Optional[number]], []), \"none\""),
    /** GELU by a hyperbolic tangent. */
    GELU_TANH("\"gelu\", annotate(List[Optional[number]], []), \"tanh\""),
    /** x sigmoid(1.702 x), as OpenAI's CLIP has it: oneDNN's y sigmoid(y) with y = 1.702 x. */
    QUICK_GELU("\"swish\", annotate(List[Optional[number]], []), \"\"");

    private static final String QUICK = "1.702";
    private static final String QUICK_INVERSE = "0.5875440658049354";

    private final String fused;

    Activation(String fused) {
        this.fused = fused;
    }

    /** How a layer in oneDNN's layout names it. */
    String fused() {
        return fused;
    }

    /** Adds what a layer's weights have to become before they are brought into oneDNN's layout. */
    void prepare(ScriptBody preparation, String weight, String bias) {
        if (this == QUICK_GELU) {
            preparation.line("%1$s = torch.mul(%1$s, %2$s)", weight, QUICK);
            preparation.line("%1$s = torch.mul(%1$s, %2$s)", bias, QUICK);
        }
    }

    /** What is left to do after a layer in oneDNN's layout, in place. @return the variable that holds the result */
    String afterFused(ScriptBody body, String x) {
        return this == QUICK_GELU ? body.let("torch.mul_(%s, %s)", x, QUICK_INVERSE) : x;
    }

    /** Applies it. @return the variable that holds the result */
    String apply(ScriptBody body, String x) {
        return switch (this) {
            case NONE -> x;
            case GELU -> body.let("torch.gelu(%s)", x);
            // (1 + tanh(u)) / 2 = sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3); an archive of this version knows the exact GELU alone
            case GELU_TANH -> body.let("torch.mul(%1$s, torch.sigmoid(torch.mul(%1$s, torch.add(torch.mul(torch.mul(%1$s, %1$s), "
                    + "0.071354816272600248), 1.5957691216057308))))", x);
            case QUICK_GELU -> body.let("torch.mul(%1$s, torch.sigmoid(torch.mul(%1$s, %2$s)))", x, QUICK);
        };
    }
}
