package dev.dpros.ros2.rtps;

/**
 * A reader. Immutable.
 *
 * @param entityId its entity id
 * @param reliable whether lost samples are asked for again
 * @param transientLocal whether samples are wanted that were written before
 * @param maxSampleBytes longest sample accepted, with its encapsulation
 * @param port where it receives
 */
public record ReaderConfig(int entityId, boolean reliable, boolean transientLocal, int maxSampleBytes, Port port) {
    /** The socket and thread that receive for a reader. */
    public enum Port {
        /** That of discovery. */ METATRAFFIC,
        /** That of the participant's user data, with all others. */ SHARED,
        /** One of its own, so that neither buffer nor thread is shared with other topics: {@link Reader#address()} is to be announced. */ OWN
    }
}
