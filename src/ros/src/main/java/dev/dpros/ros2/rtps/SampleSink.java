package dev.dpros.ros2.rtps;

import dev.dpros.core.MessageSlots;
import java.nio.ByteBuffer;

/**
 * Where a reader puts the samples of all its writers, so that fragments are copied once, from the packet to their place. One thread, the
 * receive thread of the reader's port: {@code claim}, then {@code commit} or {@code abandon}; a sample whose writer is overtaken by another is
 * moved out of the way and claimed again. None may block.
 */
public interface SampleSink {
    /**
     * A place for a sample of so many bytes, its encapsulation included; as {@link MessageSlots#claim}.
     *
     * @param info of a fragmented sample what its first fragment to arrive says
     * @return null if it is refused
     */
    ByteBuffer claim(SampleInfo info, int length);

    /** The sample is whole. {@code receivedNs} is monotonic, {@code receivedRosNs} the clock's stamp time of the same instant. */
    void commit(SampleInfo info, long receivedNs, long receivedRosNs);

    /** The claimed place is not needed. */
    void abandon();

    /**
     * A writer disposed or unregistered an instance.
     *
     * @param payload the key with its encapsulation, position to limit, or nothing; valid during the call
     */
    default void disposed(SampleInfo info, ByteBuffer payload) {
    }

    /** Samples into message slots; disposals are nothing to them. */
    static SampleSink of(MessageSlots slots) {
        return new SampleSink() {
            @Override
            public ByteBuffer claim(SampleInfo info, int length) {
                return slots.claim(length);
            }

            @Override
            public void commit(SampleInfo info, long receivedNs, long receivedRosNs) {
                slots.commit(receivedNs, receivedRosNs);
            }

            @Override
            public void abandon() {
                slots.abandon();
            }
        };
    }
}
