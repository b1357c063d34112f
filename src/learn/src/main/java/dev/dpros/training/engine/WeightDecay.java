package dev.dpros.training.engine;

/** How fast each trained tensor decays: beside the gradient (decoupled weight decay, AdamW), or as a part of it (Adam). Immutable; any thread. */
@FunctionalInterface
public interface WeightDecay {
    /** Of the tensor of that name, per step and unit of learning rate. */
    double of(String name);

    /** Whether the decay is a part of the gradient; then it is one for all tensors. */
    default boolean coupled() {
        return false;
    }

    /** All tensors alike, as a part of the gradient. @throws IllegalArgumentException naming the field, its value and the bound */
    static WeightDecay inGradient(double decay) {
        require(decay, "optimizer.weight_decay");
        return new WeightDecay() {
            @Override
            public double of(String name) {
                return decay;
            }

            @Override
            public boolean coupled() {
                return true;
            }
        };
    }

    /** All tensors alike. @throws IllegalArgumentException naming the field, its value and the bound */
    static WeightDecay uniform(double decay) {
        return parts(decay, decay);
    }

    /** A network's tensors and its image encoder's. @throws IllegalArgumentException naming the field, its value and the bound */
    static WeightDecay parts(double network, double encoder) {
        require(network, "optimizer.weight_decay");
        require(encoder, "optimizer.encoder_weight_decay");
        return name -> ofEncoder(name) ? encoder : network;
    }

    /** Whether a tensor is of what encodes pictures; that of multi_task_dit has LeRobot's own name. */
    static boolean ofEncoder(String name) {
        return name.startsWith("rgb_encoder.") || name.startsWith("observation_encoder.vision_encoder");
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
