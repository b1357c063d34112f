package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;

/**
 * Writes compute_loss of implicit behavioural cloning as TorchScript (InfoNCE): the cross-entropy of telling the demonstrated actions
 * from random ones. The batch is that of {@link TrainingScript#energy}.
 */
final class EnergyLossScript {
    private final PolicyConfig config;
    private final Arithmetic arithmetic;
    private final ScriptModule module;
    private final WeightStore weights;
    private final DiffusionLossScript observations;

    EnergyLossScript(PolicyDefinition policy, Arithmetic arithmetic, ScriptModule module) {
        this.config = policy.config();
        this.arithmetic = arithmetic;
        this.module = module;
        weights = new WeightStore(policy);
        observations = new DiffusionLossScript(policy, false, false, arithmetic, module);
    }

    /** Adds {@code method(w, x) -> Tensor}. @param learning whether what the network leaves out at random is left out */
    void write(String method, boolean learning) {
        ScriptBody body = new ScriptBody();
        int next = config.inputs().size();
        String seen = body.let("torch.flatten(%s, 1)", observations.observations(body, learning));
        String shown = body.let("torch.flatten(torch.narrow(x[%d], 1, %d, %d), 1)", next, config.firstDenoisedStep(), config.denoisedSteps());
        String candidates = body.let("torch.cat([torch.unsqueeze(torch.add(%s, x[%d]), 1), x[%d]], 1)", shown, next + 1, next + 2);
        String logits = new EnergyScript(config, weights, module).train(body, candidates, "", seen, arithmetic, learning);
        body.result("torch.neg(torch.mean(torch.select(torch.log_softmax(" + logits + ", 1), 1, 0)))");
        module.method(method + "(w: List[Tensor], x: List[Tensor]) -> Tensor", body);
    }
}
