package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;

/** Layers whose weights are the module's, in the layout of a variant. Nothing is left out. */
final class StoredTokenLayers implements TokenLayers {
    private final ScriptModule module;
    private final WeightStore weights;
    private final PackedLinear packed;
    private final int tokens;

    /** @param tokens rows of what is multiplied, for the layout */
    StoredTokenLayers(ScriptModule module, WeightStore weights, PackedLinear packed, int tokens) {
        this.module = module;
        this.weights = weights;
        this.packed = packed;
        this.tokens = tokens;
    }

    @Override
    public String linear(String x, Linear layer, Activation activation) {
        String weight = rows(layer.weight(), layer, weights.take(layer.weight(), layer.rows(), layer.in()));
        String bias = rows(layer.bias(), layer, weights.take(layer.bias(), layer.rows()));
        return packed.apply(x, weight, bias, new PackedLinear.Size(layer.out(), layer.in(), tokens), activation);
    }

    private String rows(String name, Linear layer, TensorData tensor) {
        return layer.out() == layer.rows() ? module.parameter(name, ScriptTensor.of(tensor))
                : module.parameter(name + "[" + layer.from() + "]", ScriptTensor.of(tensor.rows(layer.from(), layer.out())));
    }

    @Override
    public String tensor(String name, long... shape) {
        return module.parameter(name, ScriptTensor.of(weights.take(name, shape)));
    }

    @Override
    public String dropout(String x, double share) {
        return x;
    }

    @Override
    public double attentionDropout() {
        return 0;
    }
}
