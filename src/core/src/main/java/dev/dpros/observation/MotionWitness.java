package dev.dpros.observation;

/**
 * Says how far the robot has moved, so that an unchanging image is called frozen only if something in it should have
 * changed. (A simulated camera sees bit-identical images of a robot at rest.)
 */
@FunctionalInterface
public interface MotionWitness {
    /**
     * Largest change of any coordinate between the newest sample and the first that came at or after that time: what moved
     * before a gap in the samples does not count, since no picture can be held against it.
     *
     * @param receivedNs monotonic time
     * @return robot units (rad, m, px); 0 if unknown. Any thread; may allocate a little: called while an image repeats
     */
    double displacementSince(long receivedNs);
}
