package dev.dpros.training.engine;

/** How fast each trained tensor decays (decoupled weight decay). Immutable; any thread. */
@FunctionalInterface
public interface WeightDecay {
    /** Of the tensor of that name, per step and unit of learning rate. */
    double of(String name);

    /** All tensors alike. @throws IllegalArgumentException naming the field, its value and the bound */
    static WeightDecay uniform(double decay) {
        return parts(decay, decay);
    }

    /** A network's tensors and its image encoder's. @throws IllegalArgumentException naming the field, its value and the bound */
    static WeightDecay parts(double network, double encoder) {
        require(network, "optimizer.weight_decay");
        require(encoder, "optimizer.encoder_weight_decay");
        return name -> name.startsWith("rgb_encoder.") ? encoder : network;
    }

    /**
     * diffusion_policy's {@code get_optim_groups}: of a transformer the matrices alone, neither biases nor normalisations nor
     * position embeddings; of an image encoder everything.
     *
     * @throws IllegalArgumentException naming the field, its value and the bound
     */
    static WeightDecay transformer(double matrices, double encoder) {
        WeightDecay parts = parts(matrices, encoder);
        return name -> !name.startsWith("transformer.") ? parts.of(name)
                : name.endsWith("weight") && !name.matches(".*\\.(norm\\d|ln_f)\\.weight") ? matrices : 0;
    }

    private static void require(double decay, String field) {
        OptimizerConfig.require(decay >= 0 && decay <= 1, field, decay, "0 to 1");
    }
}
