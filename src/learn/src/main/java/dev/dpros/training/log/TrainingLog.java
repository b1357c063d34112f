package dev.dpros.training.log;

/** Takes a training's measurements as they are made. Called from the trainer's thread. */
public interface TrainingLog extends AutoCloseable {
    /**
     * One measurement.
     *
     * @param name the reference's: {@code train_loss}, {@code lr}, {@code val_loss}, {@code train_action_mse_error},
     *     {@code train/mean_score}, {@code test/mean_score}, {@code test/sim_max_reward_SEED}
     * @param step optimiser steps so far
     * @param value a finite number, or NaN, which is kept as such
     * @throws dev.dpros.core.InputException if it cannot be written
     */
    void scalar(String name, long step, double value);

    /** Makes sure that what was logged so far is on disk. */
    void flush();

    @Override
    void close();

    /** One log that writes to both. */
    default TrainingLog and(TrainingLog other) {
        TrainingLog one = this;
        return new TrainingLog() {
            @Override
            public void scalar(String name, long step, double value) {
                one.scalar(name, step, value);
                other.scalar(name, step, value);
            }

            @Override
            public void flush() {
                one.flush();
                other.flush();
            }

            @Override
            public void close() {
                try (other) {
                    one.close();
                }
            }
        };
    }
}
