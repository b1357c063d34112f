package dev.dpros.training;

/**
 * The learning rate over a training, as diffusers' {@code get_scheduler} makes it.
 *
 * @param peak reached after the warm-up
 * @param shape what follows
 * @param warmUpSteps steps over which it rises linearly from 0
 * @param steps of the whole training
 */
public record LearningRate(double peak, Shape shape, long warmUpSteps, long steps) {
    /** What follows the warm-up. */
    public enum Shape { /** Half a cosine, to 0. */ COSINE, /** Nothing. */ CONSTANT }

    /** Of the step that follows {@code done} earlier ones. */
    public double at(long done) {
        if (done < warmUpSteps) {
            return peak * done / Math.max(1, warmUpSteps);
        }
        if (shape == Shape.CONSTANT) {
            return peak;
        }
        double progress = (double) (done - warmUpSteps) / Math.max(1, steps - warmUpSteps);
        return peak * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
}
