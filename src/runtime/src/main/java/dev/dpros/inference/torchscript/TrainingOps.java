package dev.dpros.inference.torchscript;

import java.util.List;

/**
 * {@code [B, T, C]} with operations that libtorch can differentiate quickly: a convolution is conv2d on the channels-last
 * view {@code [B, C, 1, T]}, which oneDNN computes without moving the activations.
 */
final class TrainingOps implements SequenceOps {
    private final ScriptModule module;
    private final ScriptBody body;
    private final String film;
    private final Arithmetic arithmetic;

    TrainingOps(ScriptModule module, ScriptBody body, String film, Arithmetic arithmetic) {
        this.module = module;
        this.body = body;
        this.film = film;
        this.arithmetic = arithmetic;
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
        String bias = module.weight(c.name() + ".bias", layer.bias());
        if (c.kernel() == 1) {
            return arithmetic.linear(body, x, rows(layer, List.of(0, 2, 1), c.out(), c.in()), bias);
        }
        String weight = rows(layer, List.of(0, 2, 1), c.out(), (long) c.kernel() * c.in());
        String image = body.let(arithmetic.narrow("torch.permute(torch.unsqueeze(%s, 1), [0, 3, 1, 2])"), x);
        String kernel = body.let("torch.permute(torch.reshape(%s, [%d, 1, %d, %d]), [0, 3, 1, 2])",
                arithmetic.narrow(weight), c.out(), c.kernel(), c.in());
        String y = body.let("torch.conv2d(%s, %s, %s, [1, %d], [0, %d])", image, kernel, arithmetic.narrow(bias), c.stride(),
                c.padding());
        return body.let(arithmetic.widen("torch.permute(torch.squeeze(%s, 2), [0, 2, 1])"), y);
    }

    /** {@code out[2j] = x[j-1] w3 + x[j] w1} and {@code out[2j+1] = x[j] w2 + x[j+1] w0}. */
    @Override
    public String upsample(String x, Weighted layer) {
        Conv c = layer.conv();
        String weight = rows(layer, List.of(2, 1, 0), 4L * c.out(), c.in());
        String bias = module.weight(c.name() + ".bias", layer.bias());
        String taps = arithmetic.linear(body, x, weight, "None");
        String padded = body.let("torch.constant_pad_nd(%s, [0, 0, 1, 1])", taps);
        String even = sum(padded, c, 3, 0, 1, 1);
        String odd = sum(padded, c, 2, 1, 0, 2);
        String both = body.let("torch.reshape(torch.cat([%s, %s], 2), [-1, %d, %d])", even, odd, 2 * c.length(), c.out());
        return body.let("torch.add(%s, %s)", both, bias);
    }

    private String sum(String taps, Conv c, int firstTap, int firstRow, int secondTap, int secondRow) {
        return body.let("torch.add(%s, %s)", tap(taps, c, firstTap, firstRow), tap(taps, c, secondTap, secondRow));
    }

    private String tap(String taps, Conv c, int tap, int row) {
        return "torch.narrow(torch.narrow(" + taps + ", 2, " + tap * c.out() + ", " + c.out() + "), 1, " + row + ", " + c.length()
                + ")";
    }

    /** GroupNorm through a channels-last view {@code [B, C, 1, T]}, for which libtorch has a kernel of its own. */
    @Override
    public String normMish(String x, int groups, String weight, String bias) {
        String image = body.let("torch.permute(torch.unsqueeze(%s, 1), [0, 3, 1, 2])", x);
        String y = body.let("torch.group_norm(%s, %d, %s, %s, %s)", image, groups, weight, bias, ScriptModule.NORM_EPS);
        return TrainedMish.of(body, body.let("torch.permute(torch.squeeze(%s, 2), [0, 2, 1])", y));
    }

    @Override
    public String film(String x, int offset, int channels, boolean scale) {
        if (!scale) {
            return body.let("torch.add(%s, torch.narrow(%s, 2, %d, %d))", x, film, offset, channels);
        }
        return body.let("torch.addcmul(torch.narrow(%2$s, 2, %4$d, %5$d), torch.narrow(%2$s, 2, %3$d, %5$d), %1$s)",
                x, film, offset, offset + channels, channels);
    }

    @Override
    public String join(String x, String y) {
        return body.let("torch.cat([%s, %s], 2)", x, y);
    }

    /** The weight as a matrix, in which layout it is trained; what is frozen is brought there each time. */
    private String rows(Weighted layer, List<Integer> order, long out, long columns) {
        String name = layer.conv().name() + ".weight";
        return module.learns(name) ? module.trained(new TrainedTensor(name, layer.weight(), order, List.of(out, columns)))
                : body.let("torch.reshape(torch.permute(%s, %s), [%d, %d])", module.parameter(name, ScriptTensor.of(layer.weight())), order, out,
                columns);
    }
}
