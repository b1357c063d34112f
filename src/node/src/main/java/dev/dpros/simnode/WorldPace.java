package dev.dpros.simnode;

/**
 * How the time of a simulated world passes.
 *
 * @param speed world seconds per second of the machine; 0 for as fast as the machine can
 * @param simTime whether the world is the source of ROS time: it sets {@code /use_sim_time} and publishes {@code /clock}
 *     at every step. Without it the world's stamps follow the machine's clock, which needs speed 1
 */
public record WorldPace(double speed, boolean simTime) {
    /** As a robot: the machine's time. */
    public static final WorldPace REAL_TIME = new WorldPace(1, false);
    /** As fast as it goes, with {@code /clock}. */
    public static final WorldPace FASTEST = new WorldPace(0, true);

    /** @throws IllegalArgumentException if the speed is negative or not finite, or differs from 1 without sim time */
    public WorldPace {
        if (!(speed >= 0) || speed > 1000) {
            throw new IllegalArgumentException("speed " + speed + ": expected 0 (as fast as possible) to 1000");
        }
        if (speed != 1 && !simTime) {
            throw new IllegalArgumentException("speed " + speed + " without sim time: expected 1, since stamps would"
                    + " leave the machine's clock; switch sim time on");
        }
    }
}
