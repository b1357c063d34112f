package dev.dpros.inference.torchscript;

import java.util.Arrays;
import java.util.Locale;

/**
 * Adds the optimisation to a module with a {@code loss(w, x)}, or {@link #LEARN} where it has that: a whole step, from the forward pass to the averaged
 * weights, is one call. All state is in the caller's tensors. The methods:
 * <ul>
 *   <li>{@code accumulate(x, h, w, g)}: adds the loss's gradient times the share to {@code g}; returns {@code [loss]};
 *   <li>{@code step(x, h, w, m, v, e)}: gradients, clipping, AdamW, exponential moving average {@code e} of the weights;
 *       returns {@code [loss, gradient norm]};
 *   <li>{@code finish(x, h, w, m, v, e, g)}: the same, with {@code g} added to the gradients; it becomes zero.
 * </ul>
 * {@code h} holds {@link #SETTINGS} numbers: learning rate, beta1, beta2, epsilon, largest gradient norm (0: any),
 * decay of the average, number of this step (from 1), share of this batch in the gradient.
 */
public final class OptimizerScript {
    /** Numbers in {@code h}. */
    public static final int SETTINGS = 8;
    /** A module's loss for the optimisation alone, if it differs. */
    public static final String LEARN = "learn";

    private static final String SIGNATURE = "(x: List[Tensor], h: Tensor, w: List[Tensor], ";
    private static final String STATE = "m: List[Tensor], v: List[Tensor], e: List[Tensor]";

    private OptimizerScript() {}

    /**
     * What each trained tensor has of its own.
     *
     * @param decay weight decay
     * @param coupled whether that is part of the gradient (Adam), which takes one decay for all; else beside it (AdamW)
     * @param rate factor of the learning rate
     */
    public record Tensors(double[] decay, boolean coupled, double[] rate) {
        /** @throws IllegalArgumentException if a coupled decay differs from tensor to tensor */
        public Tensors {
            if (coupled && Arrays.stream(decay).distinct().count() > 1) {
                throw new IllegalArgumentException("optimizer.weight_decay: expected one for all with Adam, found several");
            }
        }
    }

    /** Adds the methods. */
    public static void addTo(ScriptModule module, Tensors tensors) {
        String loss = module.has(LEARN) ? LEARN : "loss";
        ScriptBody accumulate = new ScriptBody();
        gradients(accumulate, loss);
        accumulate.line("torch._foreach_add_(g, torch._foreach_mul(grads, h7))");
        accumulate.result("torch.stack([torch.detach(value)])");
        module.method("accumulate" + SIGNATURE + "g: List[Tensor]) -> Tensor", accumulate);

        ScriptBody step = new ScriptBody();
        gradients(step, loss);
        update(step, tensors);
        module.method("step" + SIGNATURE + STATE + ") -> Tensor", step);

        ScriptBody finish = new ScriptBody();
        gradients(finish, loss);
        finish.line("torch._foreach_mul_(grads, h7)");
        finish.line("torch._foreach_add_(grads, g)");
        finish.line("torch._foreach_zero_(g)");
        update(finish, tensors);
        module.method("finish" + SIGNATURE + STATE + ", g: List[Tensor]) -> Tensor", finish);
    }

    /** The settings, {@code value}, the loss, and {@code grads}, its gradients with respect to {@code w}. */
    private static void gradients(ScriptBody body, String loss) {
        for (int i = 0; i < SETTINGS; i++) {
            body.line("h%1$d = float(torch.select(h, 0, %1$d))", i);
        }
        body.line("torch.set_grad_enabled(True)");
        body.line("leaves = annotate(List[Tensor], [])");
        body.line("for i in range(torch.len(w)):");
        body.line("  _0 = torch.append(leaves, torch.requires_grad_(torch.detach(w[i]), True))");
        body.line("value = self.%s(leaves, x)", loss);
        body.line("found = torch.grad([value], leaves)");
        body.line("torch.set_grad_enabled(False)");
        body.line("grads = annotate(List[Tensor], [])");
        body.line("for i in range(torch.len(w)):");
        body.line("  _1 = torch.append(grads, unchecked_cast(Tensor, found[i]))");
    }

    private static void update(ScriptBody body, Tensors tensors) {
        double[] decay = tensors.decay;
        body.line("norm = torch.norm(torch.stack(torch._foreach_norm(grads)))");
        body.line("if torch.gt(h4, 0.):");
        body.line("  torch._foreach_mul_(grads, torch.clamp_max(torch.mul(torch.reciprocal(torch.add(norm, 9.9999999999999995e-07)), h4), 1.))");
        body.line("else:");
        body.line("  pass");
        keep(body, tensors.rate);
        double[] rates = Arrays.stream(decay).distinct().toArray();
        for (int r = 0; r < rates.length && rates.length > 1; r++) {
            body.line("kept = torch.sub(1., torch.mul(h0, %s))", number(rates[r]));
            for (int i = 0; i < decay.length; i++) {
                // one by one: libtorch drops what changes the tensors of a list that was made here
                if (decay[i] == rates[r] && decay[i] != 0) {
                    body.line("_3 = torch.mul_(w[%d], kept)", i);
                }
            }
        }
        body.line("t = annotate(List[Tensor], [])");
        body.line("for i in range(torch.len(w)):");
        body.line("  _2 = torch.append(t, torch.select(h, 0, 6))");
        body.line("torch.%s(w, grads, m, v, annotate(List[Tensor], []), t, lr=h0, beta1=h1, beta2=h2, weight_decay=%s, eps=h3, "
                + "amsgrad=False, maximize=False)", tensors.coupled ? "_fused_adam_" : "_fused_adamw_", number(rates.length == 1 ? rates[0] : 0));
        slow(body, tensors.rate);
        body.line("torch._foreach_lerp_(e, w, torch.sub(1., h5))");
        body.result("torch.stack([torch.detach(value), norm])");
    }

    /** Copies of the tensors that have a learning rate of their own. */
    private static void keep(ScriptBody body, double[] rate) {
        for (int i = 0; i < rate.length; i++) {
            if (rate[i] != 1) {
                body.line("before%1$d = torch.clone(w[%1$d])", i);
            }
        }
    }

    /** Of their updates only a part: all that changes a tensor is in proportion to the learning rate. */
    private static void slow(ScriptBody body, double[] rate) {
        for (int i = 0; i < rate.length; i++) {
            if (rate[i] != 1) {
                body.line("_4 = torch.add_(torch.mul_(torch.sub_(w[%1$d], before%1$d), %2$s), before%1$d)", i, number(rate[i]));
            }
        }
    }

    private static String number(double value) {
        return Double.toString(value).toLowerCase(Locale.ROOT);
    }
}
