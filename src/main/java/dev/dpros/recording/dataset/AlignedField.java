package dev.dpros.recording.dataset;

import dev.dpros.core.InputException;
import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * One field of an episode on the grid: the samples that the live node would have taken, and the values at a stamp.
 * Messages without the values, with values that are not finite or with the stamp of another are left out, and counted;
 * so are pictures that are refused, when they come up. One thread.
 */
final class AlignedField {
    private final DatasetLayout.Field field;
    private final JournalIndex.Track track;
    private final MessageSource messages;
    private final VectorReader vectors;
    private final PictureReader pictures;
    private final float[] values;
    private long[] stamps;
    private int[] order;
    private int missing;
    private int notFinite;
    private int repeated;
    private int refused;
    private String refusal;

    /** Reads one message of the journal; valid until the next call. */
    @FunctionalInterface
    interface MessageSource {
        ByteBuffer read(long offset, int length);
    }

    /** @throws InputException if no message can be used */
    AlignedField(DatasetLayout.Field field, JournalIndex.Track track, MessageReaders readers, MessageSource messages) {
        this.field = field;
        this.track = track;
        this.messages = messages;
        vectors = field.visual() ? null : readers.vector(track.info(), field.path());
        pictures = field.visual() ? readers.pictures(track.info(), field.key(), field.grey()) : null;
        values = new float[field.visual() ? 0 : Math.multiplyExact(track.count(), vectors.size())];
        sort(field.visual() ? all() : readVectors());
        if (field.visual()) {
            while (picture(0) == null) {
                refuse(0);
            }
            while (picture(stamps.length - 1) == null) {
                refuse(stamps.length - 1);
            }
        }
    }

    private List<Integer> all() {
        List<Integer> usable = new ArrayList<>(track.count());
        for (int i = 0; i < track.count(); i++) {
            usable.add(i);
        }
        return usable;
    }

    /** Reads every message once, in order of arrival; returns those that the live node would have taken. */
    private List<Integer> readVectors() {
        List<Integer> usable = new ArrayList<>(track.count());
        int size = vectors.size();
        for (int i = 0; i < track.count(); i++) {
            if (!vectors.read(messages.read(track.offset(i), track.length(i)), values, i * size)) {
                missing++;
            } else if (!finite(i * size, size)) {
                notFinite++;
            } else {
                usable.add(i);
            }
        }
        if (usable.isEmpty()) {
            throw InputException.of(field.source(), track.count() + " messages on " + track.info().topic() + " ("
                    + track.info().type() + ")", "finite values of '" + field.path() + "'", "none with them",
                    "check the field path of '" + field.key() + "'");
        }
        return usable;
    }

    private boolean finite(int from, int size) {
        for (int i = from; i < from + size; i++) {
            if (!Float.isFinite(values[i])) {
                return false;
            }
        }
        return true;
    }

    /** By stamp; of several messages of one stamp the first. */
    private void sort(List<Integer> usable) {
        usable.sort(Comparator.comparingLong(this::stampOf));
        order = new int[usable.size()];
        stamps = new long[usable.size()];
        int count = 0;
        for (int message : usable) {
            if (count > 0 && stamps[count - 1] == stampOf(message)) {
                repeated++;
                continue;
            }
            order[count] = message;
            stamps[count++] = stampOf(message);
        }
        order = Arrays.copyOf(order, count);
        stamps = Arrays.copyOf(stamps, count);
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

    DatasetLayout.Field field() {
        return field;
    }

    JournalIndex.Track track() {
        return track;
    }

    /** Stamps of the samples that can be used, as far as is known, in order. */
    long[] stamps() {
        return stamps;
    }

    /** What was left out, such as {@code 100 messages without the values}; empty if nothing was. */
    String leftOut() {
        List<String> parts = new ArrayList<>();
        say(parts, missing, "without '" + field.path() + "'");
        say(parts, notFinite, "with values that are not finite");
        say(parts, repeated, "with the stamp of another");
        say(parts, refused, "refused (" + refusal + ")");
        return String.join(", ", parts);
    }

    private static void say(List<String> parts, int count, String what) {
        if (count > 0) {
            parts.add(count + " messages " + what);
        }
    }

    /** Writes the vector at a stamp. */
    void vector(long stampNs, float[] out, int offset) {
        int size = vectors.size();
        int previous = previous(stampNs);
        if (field.align() != DatasetLayout.Align.LINEAR) {
            System.arraycopy(values, order[chosen(stampNs, previous)] * size, out, offset, size);
            return;
        }
        int next = Math.min(previous + 1, stamps.length - 1);
        int before = order[previous] * size;
        int after = order[next] * size;
        long span = stamps[next] - stamps[previous];
        double weight = span <= 0 || stampNs <= stamps[previous] ? 0 : (double) (stampNs - stamps[previous]) / span;
        for (int i = 0; i < size; i++) {
            out[offset + i] = (float) (values[before + i] + weight * (values[after + i] - values[before + i]));
        }
    }

    /**
     * The picture at a stamp, RGB rows; its size is then in {@link #pictures()}.
     *
     * @throws InputException if every one within {@code boundNs} is refused
     */
    byte[] frame(long stampNs, long boundNs) {
        while (true) {
            int at = chosen(stampNs, previous(stampNs));
            byte[] rgb = picture(at);
            if (rgb == null) {
                refuse(at);
            } else if (refused > 0 && Math.abs(stampNs - stamps[at]) > boundNs) {
                throw new InputException(field.source() + ": " + refused + " pictures on " + track.info().topic() + ": " + refusal);
            } else {
                return rgb;
            }
        }
    }

    PictureReader pictures() {
        return pictures;
    }

    private byte[] picture(int at) {
        return pictures.read(messages.read(track.offset(order[at]), track.length(order[at])));
    }

    private void refuse(int at) {
        refused++;
        refusal = pictures.problem();
        if (stamps.length == 1) {
            throw new InputException(field.source() + ": " + refused + " of " + track.count() + " pictures on "
                    + track.info().topic() + ": " + refusal);
        }
        System.arraycopy(stamps, at + 1, stamps, at, stamps.length - at - 1);
        System.arraycopy(order, at + 1, order, at, order.length - at - 1);
        stamps = Arrays.copyOf(stamps, stamps.length - 1);
        order = Arrays.copyOf(order, order.length - 1);
    }

    /** Index of the last sample at or before a stamp, 0 if all are later. */
    private int previous(long stampNs) {
        int at = Arrays.binarySearch(stamps, stampNs);
        return at >= 0 ? at : Math.max(0, -at - 2);
    }

    private int chosen(long stampNs, int previous) {
        boolean nearest = field.align() == DatasetLayout.Align.NEAREST && previous + 1 < stamps.length;
        return nearest && stamps[previous + 1] - stampNs < stampNs - stamps[previous] ? previous + 1 : previous;
    }
}
