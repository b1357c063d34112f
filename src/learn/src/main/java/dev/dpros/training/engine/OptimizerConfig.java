package dev.dpros.training.engine;

/**
 * AdamW (Loshchilov and Hutter 2019), or Adam, and the moving average of the weights (diffusion_policy, ema_model.py).
 *
 * @param learningRate peak learning rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param decay weight decay, which tells AdamW from Adam
 * @param clipNorm largest norm of all gradients together, or 0 for any
 * @param ema the average, or null for none: then it is the weights themselves
 * @param encoderRate factor of the learning rate for what encodes pictures
 */
public record OptimizerConfig(double learningRate, double beta1, double beta2, double epsilon, WeightDecay decay,
        double clipNorm, EmaConfig ema, double encoderRate) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public OptimizerConfig {
        require(learningRate > 0 && learningRate <= 10, "optimizer.lr", learningRate, "more than 0, at most 10");
        require(beta1 >= 0 && beta1 < 1, "optimizer.betas", beta1, "0 to less than 1");
        require(beta2 >= 0 && beta2 < 1, "optimizer.betas", beta2, "0 to less than 1");
        require(epsilon > 0 && epsilon <= 1, "optimizer.eps", epsilon, "more than 0, at most 1");
        require(clipNorm >= 0 && clipNorm < 1e9, "optimizer.clip_norm", clipNorm, "0 (none) or more");
        require(encoderRate >= 0 && encoderRate <= 1000, "optimizer.encoder_lr_factor", encoderRate, "0 to 1000");
    }

    /** With one learning rate for all. */
    public OptimizerConfig(double learningRate, double beta1, double beta2, double epsilon, WeightDecay decay, double clipNorm,
            EmaConfig ema) {
        this(learningRate, beta1, beta2, epsilon, decay, clipNorm, ema, 1);
    }

    /** Factor of the learning rate for a tensor. */
    double rate(String name) {
        return WeightDecay.ofEncoder(name) ? encoderRate : 1;
    }

    /** The reference's defaults: AdamW (0.95, 0.999), 1e-8, 1e-6, no clipping, average of power 0.75. */
    public static OptimizerConfig reference(double learningRate) {
        return new OptimizerConfig(learningRate, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 0, EmaConfig.REFERENCE);
    }

    /**
     * How fast the average forgets: {@code decay = 1 - (1 + step / invGamma) ^ -power}, within bounds.
     *
     * @param updateAfterStep steps before which the average is the weights; -1 counts an update more, as the library diffusers
     * @param invGamma inverse factor of the warm-up
     * @param power exponent of the warm-up
     * @param minValue smallest decay
     * @param maxValue largest decay
     */
    public record EmaConfig(long updateAfterStep, double invGamma, double power, double minValue, double maxValue) {
        /** diffusion_policy's configuration. */
        public static final EmaConfig REFERENCE = new EmaConfig(0, 1, 0.75, 0, 0.9999);

        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public EmaConfig {
            require(updateAfterStep >= -1, "ema.update_after_step", updateAfterStep, "-1 or more");
            require(invGamma > 0 && invGamma < 1e12, "ema.inv_gamma", invGamma, "more than 0");
            require(power >= 0 && power <= 10, "ema.power", power, "0 to 10");
            require(minValue >= 0 && minValue <= maxValue, "ema.min_value", minValue, "0 to ema.max_value");
            require(maxValue < 1, "ema.max_value", maxValue, "less than 1");
        }

        /** The decay of the update that follows {@code updates} earlier ones. */
        public double decay(long updates) {
            long step = Math.max(0, updates - updateAfterStep - 1);
            return step == 0 ? 0 : Math.max(minValue, Math.min(1 - Math.pow(1 + step / invGamma, -power), maxValue));
        }
    }

    static void require(boolean ok, String field, Object value, String bound) {
        if (!ok) {
            throw new IllegalArgumentException(field + ": expected " + bound + ", found " + value);
        }
    }
}
