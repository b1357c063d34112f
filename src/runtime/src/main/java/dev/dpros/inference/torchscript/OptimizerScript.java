package dev.dpros.inference.torchscript;

/**
 * Adds the optimisation to a module with a {@code loss(w, x)}: a whole step, from the forward pass to the averaged
 * weights, is one call. All state is in the caller's tensors. The methods:
 * <ul>
 *   <li>{@code accumulate(x, h, w, g)}: adds the loss's gradient times the share to {@code g}; returns {@code [loss]};
 *   <li>{@code step(x, h, w, m, v, e)}: gradients, clipping, AdamW, exponential moving average {@code e} of the weights;
 *       returns {@code [loss, gradient norm]};
 *   <li>{@code finish(x, h, w, m, v, e, g)}: the same, with {@code g} added to the gradients; it becomes zero.
 * </ul>
 * {@code h} holds {@link #SETTINGS} numbers: learning rate, beta1, beta2, epsilon, weight decay, largest gradient norm (0:
 * any), decay of the average, number of this step (from 1), share of this batch in the gradient.
 */
public final class OptimizerScript {
    /** Numbers in {@code h}. */
    public static final int SETTINGS = 9;

    private static final String SIGNATURE = "(x: List[Tensor], h: Tensor, w: List[Tensor], ";
    private static final String STATE = "m: List[Tensor], v: List[Tensor], e: List[Tensor]";

    private OptimizerScript() {}

    /** Adds the methods. */
    public static void addTo(ScriptModule module) {
        ScriptBody accumulate = new ScriptBody();
        gradients(accumulate);
        accumulate.line("torch._foreach_add_(g, torch._foreach_mul(grads, h8))");
        accumulate.result("torch.stack([torch.detach(value)])");
        module.method("accumulate" + SIGNATURE + "g: List[Tensor]) -> Tensor", accumulate);

        ScriptBody step = new ScriptBody();
        gradients(step);
        update(step);
        module.method("step" + SIGNATURE + STATE + ") -> Tensor", step);

        ScriptBody finish = new ScriptBody();
        gradients(finish);
        finish.line("torch._foreach_mul_(grads, h8)");
        finish.line("torch._foreach_add_(grads, g)");
        finish.line("torch._foreach_zero_(g)");
        update(finish);
        module.method("finish" + SIGNATURE + STATE + ", g: List[Tensor]) -> Tensor", finish);
    }

    /** The settings, {@code value}, the loss, and {@code grads}, its gradients with respect to {@code w}. */
    private static void gradients(ScriptBody body) {
        for (int i = 0; i < SETTINGS; i++) {
            body.line("h%1$d = float(torch.select(h, 0, %1$d))", i);
        }
        body.line("torch.set_grad_enabled(True)");
        body.line("leaves = annotate(List[Tensor], [])");
        body.line("for i in range(torch.len(w)):");
        body.line("  _0 = torch.append(leaves, torch.requires_grad_(torch.detach(w[i]), True))");
        body.line("value = self.loss(leaves, x)");
        body.line("found = torch.grad([value], leaves)");
        body.line("torch.set_grad_enabled(False)");
        body.line("grads = annotate(List[Tensor], [])");
        body.line("for i in range(torch.len(w)):");
        body.line("  _1 = torch.append(grads, unchecked_cast(Tensor, found[i]))");
    }

    private static void update(ScriptBody body) {
        body.line("norm = torch.norm(torch.stack(torch._foreach_norm(grads)))");
        body.line("if torch.gt(h5, 0.):");
        body.line("  torch._foreach_mul_(grads, torch.clamp_max(torch.mul(torch.reciprocal(torch.add(norm, 9.9999999999999995e-07)), h5), 1.))");
        body.line("else:");
        body.line("  pass");
        body.line("t = annotate(List[Tensor], [])");
        body.line("for i in range(torch.len(w)):");
        body.line("  _2 = torch.append(t, torch.select(h, 0, 7))");
        body.line("torch._fused_adamw_(w, grads, m, v, annotate(List[Tensor], []), t, lr=h0, beta1=h1, beta2=h2, "
                + "weight_decay=h4, eps=h3, amsgrad=False, maximize=False)");
        body.line("torch._foreach_lerp_(e, w, torch.sub(1., h6))");
        body.result("torch.stack([torch.detach(value), norm])");
    }
}
