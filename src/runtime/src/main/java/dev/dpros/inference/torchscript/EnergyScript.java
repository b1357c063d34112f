package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.TokenLayers.Linear;
import java.util.List;

/**
 * Writes the energy network of implicit behavioural cloning as TorchScript. Its {@code denoise} takes candidates {@code [B, N, Ta, A]}
 * and gives the negative of each one's energy, {@code [B, N]}; there are no timesteps. The first layer is linear in observations and
 * actions, so that the observations' part is computed once per chunk ({@code condition}).
 */
final class EnergyScript implements DenoiserScript {
    private static final String NAME = "energy.dense";

    private final EnergyConfig config;
    private final WeightStore weights;
    private final ScriptModule module;
    private final int seen;
    private final int acted;

    EnergyScript(PolicyConfig policy, WeightStore weights, ScriptModule module) {
        this.config = policy.energy();
        this.weights = weights;
        this.module = module;
        seen = policy.globalConditioning();
        acted = policy.denoisedSteps() * policy.action().size();
    }

    @Override
    public void write(List<ConvVariant> variants) {
        ScriptBody embed = new ScriptBody();
        embed.result("torch.zeros([torch.size(steps, 0), 1, 1])");
        module.method("embed(steps: Tensor) -> Tensor", embed);

        TensorData matrix = weights.take(NAME + "0.weight", config.width(), seen + acted);
        String first = module.parameter(NAME + "0.weight", ScriptTensor.of(matrix));
        String bias = module.parameter(NAME + "0.bias", ScriptTensor.of(weights.take(NAME + "0.bias", config.width())));
        ScriptBody condition = new ScriptBody();
        condition.result("torch.unsqueeze(torch.linear(observation, torch.narrow(" + first + ", 1, 0, " + seen + "), " + bias + "), 1)");
        module.method("condition(observation: Tensor) -> Tensor", condition);
        for (ConvVariant variant : variants) {
            ScriptBody body = new ScriptBody();
            ScriptBody preparation = new ScriptBody();
            TokenLayers layers = new StoredTokenLayers(module, weights, new PackedLinear(module, body, preparation, variant), config.candidates());
            String candidates = body.let("torch.reshape(x, [torch.size(observation, 0), -1, %d])", acted);
            String hidden = body.let("torch.relu(torch.add(torch.linear(%s, torch.narrow(%s, 1, %d, %d), None), observation))", candidates,
                    first, seen, acted);
            body.result(rest(body, layers, hidden));
            module.method(variant.method() + "(x: Tensor, observation: Tensor, steps: Tensor, step: int) -> Tensor", body);
            module.preparation(variant.preparation(), preparation);
        }
    }

    /** @param sample variable of candidates, {@code [B, N, Ta * A]}; @param timesteps not used; @return {@code [B, N]} */
    @Override
    public String train(ScriptBody body, String sample, String timesteps, String observation, Arithmetic arithmetic, boolean learning) {
        TokenLayers layers = new TrainedTokenLayers(module, weights, body, arithmetic, 0, learning);
        String matrix = layers.tensor(NAME + "0.weight", config.width(), seen + acted);
        String before = body.let("torch.unsqueeze(%s, 1)", arithmetic.linear(body, observation,
                body.let("torch.narrow(%s, 1, 0, %d)", matrix, seen), layers.tensor(NAME + "0.bias", config.width())));
        String own = arithmetic.linear(body, sample, body.let("torch.narrow(%s, 1, %d, %d)", matrix, seen, acted), "None");
        String hidden = body.let("torch.relu(torch.add(%s, %s))", own, before);
        return rest(body, layers, hidden);
    }

    private String rest(ScriptBody body, TokenLayers layers, String hidden) {
        String x = layers.dropout(hidden, config.dropout());
        for (int i = 1; i < EnergyConfig.LAYERS - 1; i++) {
            String y = layers.linear(x, Linear.of(NAME + i, config.width(), config.width()), Activation.NONE);
            x = layers.dropout(body.let("torch.relu(%s)", y), config.dropout());
        }
        String last = layers.linear(x, Linear.of(NAME + (EnergyConfig.LAYERS - 1), config.width(), 1), Activation.NONE);
        return body.let("torch.squeeze(%s, 2)", last);
    }
}
