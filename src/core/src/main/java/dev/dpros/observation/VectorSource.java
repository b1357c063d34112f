package dev.dpros.observation;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.StampOrder.Verdict;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Takes numeric messages in on the transport's I/O thread and decodes them there into a ring of stamped vectors. Values
 * that are looked up by name may come with several messages, each of some of the names: {@link PartMerge}. Nothing is
 * allocated once the receive buffer has grown to the message; bad messages are counted, never thrown.
 */
public final class VectorSource extends RingSource implements MessageSlots, PositionSource, MotionWitness {
    private final VectorConfig config;
    private final VectorReader decoder;
    private final boolean[] present;
    private final PartMerge merge;
    private final ThreadLocal<float[]> scratch;
    private ByteBuffer incoming = ByteBuffer.allocateDirect(256).order(ByteOrder.LITTLE_ENDIAN);
    private boolean claimed;

    /** @throws InputException if the decoder reads another number of values than the feature has */
    public VectorSource(VectorConfig config, VectorReader decoder) {
        super(config.feature(), config.interpolation(), config.stamps(),
                new SampleRing(config.slots(), decoder.size(), parts(decoder)),
                new SourceHealth(config.name(), config.kind(), config.maxAgeNs(), config.stamps().maxOffsetNs(), decoder.names()));
        if (decoder.size() != config.feature().size()) {
            throw InputException.of(config.name(), "number of values", config.feature().size() + " for "
                    + config.feature().key(), Integer.toString(decoder.size()), "check the joint names or field path");
        }
        this.config = config;
        this.decoder = decoder;
        present = new boolean[parts(decoder)];
        merge = new PartMerge(config.stamps(), present.length, decoder.size(), health);
        scratch = ThreadLocal.withInitial(() -> new float[decoder.size()]);
    }

    private static int parts(VectorReader decoder) {
        return Math.max(1, decoder.names().size());
    }

    @Override
    public @Nullable ByteBuffer claim(int length) {
        if (length < 0 || length > VectorConfig.MAX_MESSAGE_BYTES) {
            return null;
        }
        if (incoming.capacity() < length) {
            int capacity = Math.min(VectorConfig.MAX_MESSAGE_BYTES, length + length / 4);
            incoming = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
        claimed = true;
        return incoming.clear().limit(length);
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        if (!claimed) {
            throw new IllegalStateException(config.name() + ": commit without a claimed slot");
        }
        claimed = false;
        incoming.position(0);
        float[] values = ring.claim();
        int found = decoder.readSome(incoming, values, 0, present);
        if (found == 0) {
            health.heard(receivedNs);
            statistics.passOver();
        } else if (found < 0) {
            statistics.reject(SourceStatistics.Rejection.MALFORMED);
        } else if (!finite(values)) {
            statistics.reject(SourceStatistics.Rejection.NON_FINITE);
        } else if (found == present.length && !merge.active()) {
            accept(decoder.stampNs(incoming), receivedNs, receivedRosNs);
        } else {
            merge(values, decoder.stampNs(incoming), receivedNs, receivedRosNs);
        }
    }

    private void accept(long headerNs, long receivedNs, long receivedRosNs) {
        long stampNs = stamps.stampNs(headerNs, receivedRosNs);
        Verdict verdict = judge(stampNs, headerNs, receivedNs, receivedRosNs);
        if (verdict == Verdict.OUT_OF_ORDER) {
            return;
        }
        health.values(ring.claim());
        ring.commit(stampNs, receivedNs, verdict == Verdict.NEW_EPOCH);
        statistics.took(stampNs, receivedNs, 0);
        health.received(receivedNs);
    }

    /** Some of the names; stamp and age of the whole are those of its oldest part. */
    private void merge(float[] values, long headerNs, long receivedNs, long receivedRosNs) {
        if (!merge.active()) {
            merge.begin(stamps, ring);
        }
        health.heard(receivedNs);
        Verdict verdict = merge.take(values, present, headerNs, receivedNs, receivedRosNs);
        if (verdict == Verdict.OUT_OF_ORDER) {
            statistics.reject(SourceStatistics.Rejection.OUT_OF_ORDER);
            return;
        }
        if (verdict == Verdict.NEW_EPOCH) {
            health.stampJumped();
            ring.forget();
        }
        health.stampOffset(merge.worstOffsetNs());
        if (!merge.complete()) {
            return;
        }
        merge.copy(values);
        health.values(values);
        ring.commit(merge.oldestStampNs(), receivedNs, merge.stampsNs());
        statistics.took(merge.oldestStampNs(), merge.oldestReceivedNs(), 0);
        health.received(merge.oldestReceivedNs());
    }

    private boolean finite(float[] values) {
        int width = values.length / present.length;
        for (int i = 0; i < values.length; i++) {
            if (present[i / width] && !Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void abandon() {
        claimed = false;
    }

    /** The newest values, whatever their age, in double precision. Allocates only on a thread's first call. */
    @Override
    public boolean read(double[] out) {
        float[] values = scratch.get();
        if (!newest(values)) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            out[i] = values[i];
        }
        return true;
    }

    /** Copies the newest values, of each part (joint) its own; false before all are there. Any thread; allocates nothing. */
    public boolean newest(float[] out) {
        for (int attempt = 0; attempt < ObservationAligner.ATTEMPTS; attempt++) {
            long number = ring.newest();
            if (number < ring.epochStart()) {
                return false;
            }
            if (ring.copy(number, out, 0)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public double displacementSince(long receivedNs) {
        long last = ring.newest();
        long then = last;
        while (then > Math.max(1, ring.oldest()) && ring.receivedNs(then - 1) >= receivedNs) {
            then--;
        }
        float[] now = scratch.get();
        float[] before = new float[now.length];
        if (!ring.copy(last, now, 0) || !ring.copy(then, before, 0)) {
            return 0;
        }
        double largest = 0;
        for (int i = 0; i < now.length; i++) {
            largest = Math.max(largest, Math.abs(now[i] - before[i]));
        }
        return largest;
    }
}
