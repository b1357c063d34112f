package dev.dpros.recording.dataset;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.InputException;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** One field of an episode on the grid: finds the messages around a stamp and decodes them. One thread. */
final class AlignedField {
    private final DatasetLayout.Field field;
    private final JournalIndex.Track track;
    private final MessageSource messages;
    private final MessageReaders readers;
    private final VectorReader vectors;
    private final ImageReader images;
    private final ImageLayout layout = new ImageLayout();
    private final long[] stamps;
    private final int[] order;
    private float[] before = {};

    /** Reads one message of the journal; valid until the next call. */
    @FunctionalInterface
    interface MessageSource {
        ByteBuffer read(long offset, int length);
    }

    AlignedField(DatasetLayout.Field field, JournalIndex.Track track, MessageReaders readers, MessageSource messages) {
        this.field = field;
        this.track = track;
        this.messages = messages;
        this.readers = readers;
        vectors = field.visual() ? null : readers.vector(track.info(), field.path());
        images = field.visual() ? readers.image(track.info()) : null;
        order = IntStream.range(0, track.count()).toArray();
        stamps = new long[order.length];
        sortByStamp();
    }

    private void sortByStamp() {
        boolean sorted = true;
        for (int i = 0; i < stamps.length; i++) {
            stamps[i] = stampOf(i);
            sorted &= i == 0 || stamps[i - 1] <= stamps[i];
        }
        if (!sorted) {
            Integer[] boxed = Arrays.stream(order).boxed().toArray(Integer[]::new);
            Arrays.sort(boxed, Comparator.comparingLong(this::stampOf));
            for (int i = 0; i < order.length; i++) {
                order[i] = boxed[i];
                stamps[i] = stampOf(boxed[i]);
            }
        }
    }

    private long stampOf(int message) {
        long header = track.headerNs(message);
        long stamp = field.stamp() == DatasetLayout.Stamp.HEADER && header != 0 ? header : track.receivedNs(message);
        return stamp - Math.round(field.latencyMs() * 1e6);
    }

    long firstNs() {
        return stamps[0];
    }

    long lastNs() {
        return stamps[stamps.length - 1];
    }

    int size() {
        return vectors.size();
    }

    /** Writes the vector at a stamp. */
    void vector(long stampNs, float[] out, int offset) {
        int previous = previous(stampNs);
        if (field.align() != DatasetLayout.Align.LINEAR) {
            decode(chosen(stampNs, previous), out, offset);
            return;
        }
        int next = Math.min(previous + 1, stamps.length - 1);
        decode(previous, out, offset);
        long span = stamps[next] - stamps[previous];
        if (span <= 0 || stampNs <= stamps[previous]) {
            return;
        }
        if (before.length < vectors.size()) {
            before = new float[vectors.size()];
        }
        System.arraycopy(out, offset, before, 0, vectors.size());
        decode(next, out, offset);
        double weight = (double) (stampNs - stamps[previous]) / span;
        for (int i = 0; i < vectors.size(); i++) {
            out[offset + i] = (float) (before[i] + weight * (out[offset + i] - before[i]));
        }
    }

    /** The image at a stamp; its size is then in {@link #layout()}. */
    byte[] frame(long stampNs) {
        int message = order[chosen(stampNs, previous(stampNs))];
        ByteBuffer bytes = messages.read(track.offset(message), track.length(message));
        if (!images.read(bytes, layout)) {
            throw damaged(message, "a whole image in a known encoding");
        }
        byte[] rgb = RawPixels.rgb(bytes, layout);
        if (rgb == null) {
            rgb = readers.decode(bytes, layout);
        }
        if (rgb == null) {
            throw damaged(message, "pixels that can be decoded (" + layout.encoding + ")");
        }
        return rgb;
    }

    ImageLayout layout() {
        return layout;
    }

    private void decode(int at, float[] out, int offset) {
        int message = order[at];
        if (!vectors.read(messages.read(track.offset(message), track.length(message)), out, offset)) {
            throw damaged(message, "the values of '" + field.path() + "'");
        }
    }

    private InputException damaged(int message, String expected) {
        return InputException.of(field.source(), "message " + message + " (" + track.info().type() + ")", expected,
                "another content", "check the field path of '" + field.key() + "'");
    }

    /** Index of the last sample at or before a stamp, 0 if all are later. */
    private int previous(long stampNs) {
        int at = Arrays.binarySearch(stamps, stampNs);
        if (at >= 0) {
            while (at + 1 < stamps.length && stamps[at + 1] == stampNs) {
                at++;
            }
            return at;
        }
        return Math.max(0, -at - 2);
    }

    private int chosen(long stampNs, int previous) {
        boolean nearest = field.align() == DatasetLayout.Align.NEAREST && previous + 1 < stamps.length;
        return nearest && stamps[previous + 1] - stampNs < stampNs - stamps[previous] ? previous + 1 : previous;
    }
}
