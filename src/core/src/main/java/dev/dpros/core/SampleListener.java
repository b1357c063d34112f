package dev.dpros.core;

/** Hears of every usable sample of an observation source, on the source's own thread: must neither block nor allocate. */
@FunctionalInterface
public interface SampleListener {
    /**
     * A sample has become usable.
     *
     * @param stampNs when it was true, {@link Clock#rosNs()} time
     * @param receivedNs when its message came, {@link Clock#monotonicNs()} time
     * @param preparationNs from its arrival to the policy's image; 0 if there is nothing to prepare
     */
    void sampled(long stampNs, long receivedNs, long preparationNs);
}
