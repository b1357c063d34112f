package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;

/** SinusoidalPosEmb (diffusion_policy/model/diffusion/positional_embedding.py) as TorchScript. Stateless. */
final class StepEncoding {
    private StepEncoding() {}

    /** The encoding {@code [N, dim]} of timesteps {@code [N]}: sines, then cosines. */
    static String of(ScriptModule module, ScriptBody body, String steps, int dim) {
        int half = dim / 2;
        float[] frequencies = new float[half];
        float slope = (float) -(Math.log(10000) / (half - 1));
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.exp(i * slope);
        }
        String table = module.parameter("step.frequencies", ScriptTensor.of(TensorData.of(frequencies, half)));
        String angle = body.let("torch.mul(torch.unsqueeze(%s, 1), %s)", steps, table);
        return body.let("torch.cat([torch.sin(%1$s), torch.cos(%1$s)], 1)", angle);
    }
}
