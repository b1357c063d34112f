package dev.dpros.ros2.discovery;

import dev.dpros.core.InputException;
import dev.dpros.ros2.rtps.SampleInfo;
import dev.dpros.ros2.rtps.SampleSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes samples, one after the other, into one buffer and hands them on; for slow topics. What the handler refuses with an
 * {@link InputException} is dropped, and said at the level of debugging. Receive thread.
 */
public final class CopyingSink implements SampleSink {
    private static final Logger LOG = LoggerFactory.getLogger(CopyingSink.class);

    private final String what;
    private final int largest;
    private final Handler handler;
    private ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

    /** What is done with the samples. */
    public interface Handler {
        /** A sample; {@code payload} is from its encapsulation to its limit, and valid during the call. */
        void sample(SampleInfo info, ByteBuffer payload);

        /** The key of what is gone, or nothing; valid during the call. */
        default void disposed(SampleInfo info, ByteBuffer payload) {}
    }

    /**
     * A sink for samples up to a size.
     *
     * @param what the samples are, for log lines
     * @param largest bytes taken, with the encapsulation
     */
    public CopyingSink(String what, int largest, Handler handler) {
        this.what = what;
        this.largest = largest;
        this.handler = handler;
    }

    @Override
    public ByteBuffer claim(SampleInfo info, int length) {
        if (length > largest) {
            return null;
        }
        if (length > buffer.capacity()) {
            buffer = ByteBuffer.allocate(Math.min(largest, 2 * length)).order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.clear().limit(length);
    }

    @Override
    public void commit(SampleInfo info, long receivedNs, long receivedRosNs) {
        hand(() -> handler.sample(info, buffer.position(0)), info);
    }

    @Override
    public void abandon() {
        buffer.clear();
    }

    @Override
    public void disposed(SampleInfo info, ByteBuffer payload) {
        hand(() -> handler.disposed(info, payload), info);
    }

    private void hand(Runnable action, SampleInfo info) {
        try {
            action.run();
        } catch (InputException e) {
            LOG.debug("{} of {} dropped: {}", what, info.writer(), e.getMessage());
        }
    }
}
