package dev.dpros.inference.torchscript;

/** {@code [B, C, T]} and {@code torch.conv1d}: the reference's own layout. */
final class ChannelsFirstOps implements SequenceOps {
    private final ScriptModule module;
    private final ScriptBody body;
    private final String film;

    /** @param film variable that holds the FiLM vector, {@code [B, 1, F]} */
    ChannelsFirstOps(ScriptModule module, ScriptBody body, String film) {
        this.module = module;
        this.body = body;
        this.film = body.let("torch.permute(%s, [0, 2, 1])", film);
    }

    @Override
    public String enter(String x) {
        return body.let("torch.permute(%s, [0, 2, 1])", x);
    }

    @Override
    public String leave(String x) {
        return enter(x);
    }

    @Override
    public String conv(String x, Weighted layer) {
        Conv c = layer.conv();
        return body.let("torch.conv1d(%s, %s, %s, [%d], [%d])", x, weight(layer), bias(layer), c.stride(), c.padding());
    }

    @Override
    public String upsample(String x, Weighted layer) {
        return body.let("torch.conv_transpose1d(%s, %s, %s, [2], [1])", x, weight(layer), bias(layer));
    }

    @Override
    public String normMish(String x, int groups, String weight, String bias) {
        String y = body.let("torch.group_norm(%s, %d, %s, %s, %s)", x, groups, weight, bias, ScriptModule.NORM_EPS);
        return body.let("torch.mish_(%s)", y);
    }

    @Override
    public String film(String x, int offset, int channels, boolean scale) {
        if (!scale) {
            return body.let("torch.add_(%s, torch.narrow(%s, 1, %d, %d))", x, film, offset, channels);
        }
        return body.let("torch.addcmul(torch.narrow(%2$s, 1, %4$d, %5$d), torch.narrow(%2$s, 1, %3$d, %5$d), %1$s)",
                x, film, offset, offset + channels, channels);
    }

    @Override
    public String join(String x, String y) {
        return body.let("torch.cat([%s, %s], 1)", x, y);
    }

    private String weight(Weighted layer) {
        return module.parameter(layer.conv().name() + ".weight", ScriptTensor.of(layer.weight()));
    }

    private String bias(Weighted layer) {
        return module.parameter(layer.conv().name() + ".bias", ScriptTensor.of(layer.bias()));
    }
}
