package dev.dpros.datasets;

import dev.dpros.core.StampOrder;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Reads an episode's messages of one vector, in order of arrival, by the rules of the live node: each message brings the
 * values of some or all of the named parts (joints); a part's sample is kept if its stamp is newer than the part's before,
 * or if the stamps have jumped. Messages are counted once for what they lack. One thread.
 */
final class VectorParts {
    private final VectorReader reader;
    private final float[] values;
    private final boolean[] present;
    private final StampOrder[] orders;
    private final int[][] kept;
    private final long[] stampsNs;
    private final int[] counts;
    private final BitSet unusable = new BitSet();
    private boolean apart;
    private int without;
    private int notFinite;
    private int notNewer;

    /** For so many messages. */
    VectorParts(VectorReader reader, int messages) {
        this.reader = reader;
        values = new float[Math.multiplyExact(messages, reader.size())];
        present = new boolean[Math.max(1, reader.names().size())];
        orders = new StampOrder[present.length];
        kept = new int[present.length][messages];
        counts = new int[present.length];
        stampsNs = new long[messages];
        Arrays.setAll(orders, i -> new StampOrder(StampOrder.JUMP_NS));
    }

    /** Takes in the next message. */
    void read(int number, ByteBuffer message, long stampNs, long receivedNs) {
        int from = number * reader.size();
        stampsNs[number] = stampNs;
        int found = reader.readSome(message, values, from, present);
        if (found <= 0) {
            without++;
            unusable.set(number, found < 0);
        } else if (!finite(from)) {
            notFinite++;
            unusable.set(number);
        } else {
            keep(number, stampNs, receivedNs);
            apart |= found < present.length;
        }
    }

    private boolean finite(int from) {
        int width = reader.size() / present.length;
        for (int i = 0; i < reader.size(); i++) {
            if (present[i / width] && !Float.isFinite(values[from + i])) {
                return false;
            }
        }
        return true;
    }

    private void keep(int number, long stampNs, long receivedNs) {
        boolean any = false;
        for (int i = 0; i < present.length; i++) {
            if (present[i] && orders[i].accept(stampNs, receivedNs) != StampOrder.Verdict.OUT_OF_ORDER) {
                kept[i][counts[i]++] = number;
                any = true;
            }
        }
        notNewer += any ? 0 : 1;
        unusable.set(number, !any);
    }

    /** Names without any sample; the field's path if it has no names and no sample. */
    List<String> missing(String path) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] == 0) {
                missing.add(reader.names().isEmpty() ? path : reader.names().get(i));
            }
        }
        return missing;
    }

    /** The samples, in the vector's order: one series for each part, or one for all if every message had all. */
    List<SampleSeries> series() {
        List<SampleSeries> series = new ArrayList<>();
        for (int i = 0; i < (apart ? counts.length : 1); i++) {
            int[] messages = Arrays.copyOf(kept[i], counts[i]);
            series.add(new SampleSeries(apart ? reader.names().get(i) : "", messages,
                    Arrays.stream(messages).mapToLong(message -> stampsNs[message]).toArray()));
        }
        return series;
    }

    /** Values of all messages, {@code [messages, size]}; of a message, those of its parts. */
    float[] values() {
        return values;
    }

    /** Numbers of the messages that should have brought values and did not; those of other names alone are not among them. */
    BitSet unusable() {
        return unusable;
    }

    /** Messages that had none of the parts. */
    int without() {
        return without;
    }

    /** Messages with values that are not finite. */
    int notFinite() {
        return notFinite;
    }

    /** Messages of which no part was newer than the one before. */
    int notNewer() {
        return notNewer;
    }
}
