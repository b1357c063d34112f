package dev.dpros.inference.torchscript;

/**
 * {@code [B, T, C]}: the K rows under a convolution's kernel lie side by side in memory, so im2col is a strided view and
 * the convolution one linear layer with weights {@code [out, K * in]}. At batch 1 about three times as fast as
 * {@code torch.conv1d} on a CPU.
 *
 * <p>Each operation also adds to {@code preparation} the statement that brings its weights into the layout it needs, from
 * the one that the variant before left: {@link ConvVariant#CONV1D} to {@link ConvVariant#ROWS} to the packed ones.
 */
final class RowsOps implements SequenceOps {
    private final ScriptModule module;
    private final ScriptBody body;
    private final ScriptBody preparation;
    private final String film;
    private final ConvVariant variant;
    private final PackedLinear layers;

    RowsOps(ScriptModule module, ScriptBody body, ScriptBody preparation, String film, ConvVariant variant) {
        this.module = module;
        this.body = body;
        this.preparation = preparation;
        this.film = film;
        this.variant = variant;
        layers = new PackedLinear(module, body, preparation, variant);
    }

    @Override
    public String enter(String x) {
        return x;
    }

    @Override
    public String leave(String x) {
        return x;
    }

    @Override
    public String conv(String x, Weighted layer) {
        Conv c = layer.conv();
        String weight = weight(layer);
        String bias = bias(layer);
        if (variant == ConvVariant.ROWS) {
            preparation.line("%1$s = torch.reshape(torch.permute(%1$s, [0, 2, 1]), [%2$d, %3$d])", weight, c.out(), c.kernel() * c.in());
        }
        return linear(x, c, weight, bias, c.out());
    }

    /**
     * Output rows 2j and 2j+1 see input rows j-1, j, j+1: {@code out[2j] = x[j-1] w3 + x[j] w1} and
     * {@code out[2j+1] = x[j] w2 + x[j+1] w0}. So it is a convolution of kernel 3 to twice the channels, whose output is
     * already in the right order.
     */
    @Override
    public String upsample(String x, Weighted layer) {
        Conv c = layer.conv();
        String weight = weight(layer);
        String bias = bias(layer);
        if (variant == ConvVariant.ROWS) {
            preparation.line("%s = %s", weight, interleaved(weight));
            preparation.line("%1$s = torch.cat([%1$s, %1$s], 0)", bias);
        }
        String y = linear(x, new Conv(c.name(), c.in(), c.out(), 3, 1, 1, c.length()), weight, bias, 2 * c.out());
        return body.let("torch.reshape(%s, [-1, %d, %d])", y, 2 * c.length(), c.out());
    }

    private String interleaved(String weight) {
        String[] taps = new String[4];
        for (int k = 0; k < taps.length; k++) {
            taps[k] = preparation.let("torch.t(torch.select(%s, 2, %d))", weight, k);
        }
        String zero = preparation.let("torch.zeros_like(%s)", taps[0]);
        String even = preparation.let("torch.cat([%s, %s, %s], 1)", taps[3], taps[1], zero);
        String odd = preparation.let("torch.cat([%s, %s, %s], 1)", zero, taps[2], taps[0]);
        return preparation.let("torch.cat([%s, %s], 0)", even, odd);
    }

    private String linear(String x, Conv c, String weight, String bias, int out) {
        boolean pad = c.kernel() > 1;
        String padded = pad ? body.let("torch.constant_pad_nd(%s, [0, 0, %d, %d])", x, c.padding(), c.padding()) : x;
        PackedLinear.Rows rows = new PackedLinear.Rows(padded, pad ? values -> windows(values, c) : values -> values, "[1, 2]");
        return layers.apply(rows, weight, bias, new PackedLinear.Size(out, c.kernel() * c.in(), c.outLength()), Activation.NONE);
    }

    /** {@code [B, outLength, kernel * in]}, overlapping rows of the padded input. */
    private String windows(String padded, Conv c) {
        return body.let("torch.as_strided(%s, [torch.size(%s, 0), %d, %d], [%d, %d, 1])", padded, padded, c.outLength(),
                c.kernel() * c.in(), (c.length() + 2 * c.padding()) * c.in(), c.stride() * c.in());
    }

    /** GroupNorm through a channels-last view {@code [B, C, 1, T]}, for which libtorch has a kernel of its own. */
    @Override
    public String normMish(String x, int groups, String weight, String bias) {
        String image = body.let("torch.unsqueeze(torch.permute(%s, [0, 2, 1]), 2)", x);
        String y = body.let("torch.group_norm(%s, %d, %s, %s, %s)", image, groups, weight, bias, ScriptModule.NORM_EPS);
        return body.let("torch.mish_(torch.permute(torch.squeeze(%s, 2), [0, 2, 1]))", y);
    }

    @Override
    public String film(String x, int offset, int channels, boolean scale) {
        if (!scale) {
            return body.let("torch.add_(%s, torch.narrow(%s, 2, %d, %d))", x, film, offset, channels);
        }
        return body.let("torch.addcmul(torch.narrow(%2$s, 2, %4$d, %5$d), torch.narrow(%2$s, 2, %3$d, %5$d), %1$s)",
                x, film, offset, offset + channels, channels);
    }

    @Override
    public String join(String x, String y) {
        return body.let("torch.cat([%s, %s], 2)", x, y);
    }

    private String weight(Weighted layer) {
        return module.parameter(layer.conv().name() + ".weight", ScriptTensor.of(layer.weight()));
    }

    private String bias(Weighted layer) {
        return module.parameter(layer.conv().name() + ".bias", ScriptTensor.of(layer.bias()));
    }
}
