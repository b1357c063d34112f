package dev.dpros.inference.torchscript;

/** Layers whose weights are trained. */
final class TrainedTokenLayers implements TokenLayers {
    private final ScriptModule module;
    private final WeightStore weights;
    private final ScriptBody body;
    private final Arithmetic arithmetic;
    private final double attentionDropout;
    private final boolean learning;

    /** @param learning whether elements are left out, at random */
    TrainedTokenLayers(ScriptModule module, WeightStore weights, ScriptBody body, Arithmetic arithmetic, double attentionDropout,
            boolean learning) {
        this.module = module;
        this.weights = weights;
        this.body = body;
        this.arithmetic = arithmetic;
        this.attentionDropout = attentionDropout;
        this.learning = learning;
    }

    @Override
    public String linear(String x, Linear layer, Activation activation) {
        String weight = rows(tensor(layer.weight(), layer.rows(), layer.in()), layer);
        String bias = rows(tensor(layer.bias(), layer.rows()), layer);
        return activation.apply(body, arithmetic.linear(body, x, weight, bias));
    }

    private String rows(String tensor, Linear layer) {
        return layer.out() == layer.rows() ? tensor : body.let("torch.narrow(%s, 0, %d, %d)", tensor, layer.from(), layer.out());
    }

    @Override
    public String tensor(String name, long... shape) {
        return module.weight(name, weights.take(name, shape));
    }

    @Override
    public String dropout(String x, double share) {
        return learning && share > 0 ? body.let("torch.dropout(%s, %s, True)", x, share) : x;
    }

    @Override
    public double attentionDropout() {
        return learning ? attentionDropout : 0;
    }
}
