package dev.dpros.inference.vector;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.inference.torchscript.WeightStore;
import java.util.ArrayList;
import java.util.List;

/**
 * TransformerForDiffusion (diffusion_policy/model/diffusion/transformer_for_diffusion.py), the trunk with cross-attention: keys and values
 * of the timestep's token and of each observation's come from outside, for all layers. Confined to one thread.
 */
public final class VectorTransformer implements VectorNetwork {
    private static final String NAME = "transformer.";
    private static final double EPSILON = 1e-5;

    private final WeightStore weights;
    private final TransformerConfig config;
    private final int steps;
    private final int width;
    private final int actions;
    private final int observed;
    private final List<Layer> layers = new ArrayList<>();
    private final TokenLayer embedding;
    private final float[] positions;
    private final float[] lastGamma;
    private final float[] lastBeta;
    private final TokenLayer head;

    private final float[] sample;
    private final float[] memory;
    private final int memoryStride;
    private final float[] x;
    private final float[] normed;
    private final float[] queries;
    private final float[] attended;
    private final float[] added;
    private final float[] hidden;
    private final float[] result;

    /** @throws dev.dpros.core.InputException if a tensor is missing, or of a shape that the configuration does not give */
    public VectorTransformer(PolicyDefinition policy) {
        weights = new WeightStore(policy);
        config = policy.config().transformer();
        steps = policy.config().denoisedSteps();
        actions = policy.config().denoisedWidth();
        observed = policy.config().conditionedBy(Conditioning.GLOBAL) ? policy.config().nObsSteps() : 0;
        width = config.nEmb();
        memoryStride = 2 * width * config.nLayer();
        sample = new float[steps * actions];
        memory = new float[(1 + observed) * memoryStride];
        x = new float[steps * width];
        normed = new float[x.length];
        queries = new float[3 * x.length];
        attended = new float[x.length];
        added = new float[x.length];
        hidden = new float[4 * x.length];
        result = new float[steps * Product.padded(actions)];
        embedding = new TokenLayer(weights, NAME + "input_emb", actions, width, steps);
        positions = weights.values(NAME + "pos_emb", 1, config.positions(), width);
        for (int i = 0; i < config.nLayer(); i++) {
            layers.add(new Layer(i));
        }
        lastGamma = weights.values(NAME + "ln_f.weight", width);
        lastBeta = weights.values(NAME + "ln_f.bias", width);
        head = new TokenLayer(weights, NAME + "head", width, actions, steps);
    }

    /** Whether it can be: the timestep is attended to, no encoder's layers between, widths that fill vectors, and not too large. */
    public static boolean fits(PolicyConfig config) {
        return config.denoiser() instanceof TransformerConfig t && t.timeAsCond() && t.nCondLayers() == 0 && t.nEmb() % Product.PANEL == 0
                && 16L * t.nLayer() * t.nEmb() * t.nEmb() <= Vectors.MOST_VALUES;
    }

    @Override
    public void denoise(float[] stepTable, int step, float[] condition, int from, float[] samples, int at, float[] output) {
        System.arraycopy(stepTable, step, memory, 0, memoryStride);
        System.arraycopy(condition, from, memory, memoryStride, observed * memoryStride);
        System.arraycopy(samples, at, sample, 0, sample.length);
        embedding.run(sample, x);
        Tokens.add(x, positions, 0, x.length);
        for (Layer layer : layers) {
            layer.run();
        }
        Tokens.norm(x, 0, width, steps, width, lastGamma, lastBeta, EPSILON, normed);
        head.run(normed, result);
        int stride = Product.padded(actions);
        for (int t = 0; t < steps; t++) {
            System.arraycopy(result, t * stride, output, at + t * actions, actions);
        }
    }

    /** A layer of torch.nn.TransformerDecoder with {@code norm_first} and GELU. */
    private final class Layer {
        private final int index;
        private final float[][] norms = new float[6][];
        private final TokenLayer qkv;
        private final TokenLayer projection;
        private final TokenLayer query;
        private final TokenLayer crossProjection;
        private final TokenLayer up;
        private final TokenLayer down;
        private final Attention self;
        private final Attention cross;

        Layer(int index) {
            this.index = index;
            String name = NAME + "decoder.layers." + index + ".";
            for (int i = 0; i < 3; i++) {
                norms[2 * i] = weights.values(name + "norm" + (i + 1) + ".weight", width);
                norms[2 * i + 1] = weights.values(name + "norm" + (i + 1) + ".bias", width);
            }
            qkv = part(name + "self_attn", 3 * width);
            projection = new TokenLayer(weights, name + "self_attn.out_proj", width, width, steps);
            query = part(name + "multihead_attn", width);
            crossProjection = new TokenLayer(weights, name + "multihead_attn.out_proj", width, width, steps);
            up = new TokenLayer(weights, name + "linear1", width, 4 * width, steps);
            down = new TokenLayer(weights, name + "linear2", 4 * width, width, steps);
            int size = width / config.nHead();
            self = new Attention(steps, steps, config.nHead(), size, config.causalAttn() ? 0 : steps);
            cross = new Attention(steps, 1 + observed, config.nHead(), size, config.causalAttn() && observed > 0 ? 1 : 1 + observed);
        }

        private TokenLayer part(String name, int out) {
            return new TokenLayer(weights, name + ".in_proj_weight", name + ".in_proj_bias", 3 * width, width, 0, out, steps);
        }

        void run() {
            norm(0);
            qkv.run(normed, queries);
            self.run(queries, 0, 3 * width, queries, width, 2 * width, 3 * width, attended, 0);
            projection.run(attended, added);
            Tokens.add(x, added, 0, x.length);
            norm(1);
            query.run(normed, queries);
            int keys = 2 * width * index;
            cross.run(queries, 0, width, memory, keys, keys + width, memoryStride, attended, 0);
            crossProjection.run(attended, added);
            Tokens.add(x, added, 0, x.length);
            norm(2);
            up.run(normed, hidden);
            Tokens.gelu(hidden, hidden.length);
            down.run(hidden, added);
            Tokens.add(x, added, 0, x.length);
        }

        private void norm(int which) {
            Tokens.norm(x, 0, width, steps, width, norms[2 * which], norms[2 * which + 1], EPSILON, normed);
        }
    }
}
