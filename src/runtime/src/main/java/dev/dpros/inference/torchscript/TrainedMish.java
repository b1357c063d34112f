package dev.dpros.inference.torchscript;

/**
 * Mish for networks that are trained, {@code x tanh(log(1 + e^x))}, several times as fast as libtorch's with its derivative. With
 * {@code e = e^x}, {@code s = 1 + e} and {@code d = s^2 + 1}, {@code tanh(log s) = e (1 + s) / d} and the derivative
 * {@code h = e (1 + s) / d + 4 x e s / d^2}: quotients of what is positive, exact however small e is. The result is written as
 * {@code x h + (mish(x) - x h)}, the brackets and h being constants for autograd, so that going back is one product.
 */
final class TrainedMish {
    /** Above it Mish is the identity, in float32 too. */
    private static final int LARGE = 20;

    private TrainedMish() {}

    /** Adds the statements. @return the variable that holds the result */
    static String of(ScriptBody body, String x) {
        String constant = body.let("torch.detach(%s)", x);
        String e = body.let("torch.exp_(torch.clamp_max(%s, %d))", constant, LARGE);
        String s = body.let("torch.add(%s, 1)", e);
        String numerator = body.let("torch.addcmul(%1$s, %1$s, %2$s)", e, s);
        String d = body.let("torch.add(%s, 2)", numerator);
        String tanh = body.let("torch.div_(%s, %s)", numerator, d);
        String rest = body.let("torch.mul_(torch.div_(torch.div_(torch.mul_(%1$s, %2$s), %3$s), %3$s), %4$s)", e, s, d, constant);
        String derivative = body.let("torch.add(%s, %s, alpha=4)", tanh, rest);
        String offset = body.let("torch.mul_(torch.sub_(%s, %s), %s)", tanh, derivative, constant);
        return body.let("torch.addcmul(%s, %s, %s)", offset, x, derivative);
    }
}
