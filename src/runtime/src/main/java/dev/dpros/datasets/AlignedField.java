package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One field of an episode on the grid: the samples that the live node would have taken, and the values at a stamp. Values
 * that are looked up by name may come with several messages ({@link VectorParts}); each is then aligned by its own stamps.
 * Messages without any of the values, with values that are not finite or with a stamp that is not newer are left out, and
 * counted; so are pictures that are refused, when they come up. One thread.
 */
final class AlignedField {
    private final DatasetLayout.Field field;
    private final JournalIndex.Track track;
    private final MessageSource messages;
    private final VectorReader vectors;
    private final PictureReader pictures;
    private final VectorParts read;
    private final List<SampleSeries> parts;
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
        read = field.visual() ? null : readVectors();
        parts = field.visual() ? List.of(pictureSeries()) : read.series();
        if (field.visual()) {
            while (picture(0) == null) {
                refuse(0);
            }
            while (picture(parts.get(0).size() - 1) == null) {
                refuse(parts.get(0).size() - 1);
            }
        }
    }

    private SampleSeries pictureSeries() {
        int[] all = IntStream.range(0, track.count()).toArray();
        return new SampleSeries("", all, Arrays.stream(all).mapToLong(this::stampOf).toArray());
    }

    /** Reads every message once, in order of arrival. */
    private VectorParts readVectors() {
        VectorParts all = new VectorParts(vectors, track.count());
        for (int i = 0; i < track.count(); i++) {
            all.read(i, messages.read(track.offset(i), track.length(i)), stampOf(i), track.receivedNs(i));
        }
        List<String> missing = all.missing(field.path());
        if (!missing.isEmpty()) {
            throw InputException.of(field.source(), track.count() + " messages on " + track.info().topic() + " ("
                    + track.info().type() + ")", "finite values of '" + field.path() + "'",
                    missing.size() == Math.max(1, vectors.names().size()) ? "none with them" : "none with " + String.join(", ", missing),
                    "check the field path of '" + field.key() + "'");
        }
        return all;
    }

    private long stampOf(int message) {
        long header = track.headerNs(message);
        long stamp = field.stamp() == DatasetLayout.Stamp.HEADER && header != 0 ? header : track.receivedNs(message);
        return stamp - Math.round(field.latencyMs() * 1e6);
    }

    /** The first instant at which every part has a sample. */
    long firstNs() {
        return parts.stream().mapToLong(SampleSeries::firstNs).max().orElseThrow();
    }

    /** The last at which every part still had one. */
    long lastNs() {
        return parts.stream().mapToLong(SampleSeries::lastNs).min().orElseThrow();
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

    /** The samples that can be used, as far as is known: one series, or one for each part (joint) where they come apart. */
    List<SampleSeries> parts() {
        return parts;
    }

    /** The first message of a vector after one and before another that should have brought values and did not, or -1. */
    int unusable(int after, int before) {
        int found = read == null ? -1 : read.unusable().nextSetBit(after + 1);
        return found < before ? found : -1;
    }

    /** Topic, and part if it is one of several, for messages. */
    String about(SampleSeries part) {
        return track.info().topic() + (part.name().isEmpty() ? "" : " (" + part.name() + ")");
    }

    /** What was left out, such as {@code 100 messages without 'position[a,b]'}; empty if nothing was. */
    String leftOut() {
        List<String> said = new ArrayList<>();
        if (read != null) {
            say(said, read.without(), "without '" + field.path() + "'");
            say(said, read.notFinite(), "with values that are not finite");
            say(said, read.notNewer(), "with a stamp that is not newer than the one before");
        } else {
            say(said, track.count() - refused - parts.get(0).size(), "with the stamp of another");
        }
        say(said, refused, "refused (" + refusal + ")");
        return String.join(", ", said);
    }

    /** Whether some of it was not finite, or refused. */
    boolean damaged() {
        return refused > 0 || read != null && read.notFinite() > 0;
    }

    private static void say(List<String> parts, int count, String what) {
        if (count > 0) {
            parts.add(count + " messages " + what);
        }
    }

    /** Writes the vector at a stamp. */
    void vector(long stampNs, float[] out, int offset) {
        int width = vectors.size() / parts.size();
        for (int part = 0; part < parts.size(); part++) {
            part(parts.get(part), stampNs, part * width, width, out, offset);
        }
    }

    private void part(SampleSeries part, long stampNs, int from, int width, float[] out, int offset) {
        float[] values = read.values();
        if (field.align() != DatasetLayout.Align.LINEAR) {
            int message = part.message(part.chosen(stampNs, field.align()));
            System.arraycopy(values, message * vectors.size() + from, out, offset + from, width);
            return;
        }
        long[] stamps = part.stampsNs();
        int previous = part.previous(stampNs);
        int next = Math.min(previous + 1, stamps.length - 1);
        int before = part.message(previous) * vectors.size();
        int after = part.message(next) * vectors.size();
        long span = stamps[next] - stamps[previous];
        double weight = span <= 0 || stampNs <= stamps[previous] ? 0 : (double) (stampNs - stamps[previous]) / span;
        for (int i = from; i < from + width; i++) {
            out[offset + i] = (float) (values[before + i] + weight * (values[after + i] - values[before + i]));
        }
    }

    /**
     * The picture at a stamp, RGB rows or depth; its size is then in {@link #pictures()}.
     *
     * @throws InputException if every one within {@code boundNs} is refused
     */
    byte[] frame(long stampNs, long boundNs) {
        SampleSeries samples = parts.get(0);
        while (true) {
            int at = samples.chosen(stampNs, field.align());
            byte[] rgb = picture(at);
            if (rgb == null) {
                refuse(at);
            } else if (refused > 0 && Math.abs(stampNs - samples.stampsNs()[at]) > boundNs) {
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
        int message = parts.get(0).message(at);
        return pictures.read(messages.read(track.offset(message), track.length(message)));
    }

    private void refuse(int at) {
        refused++;
        refusal = pictures.problem();
        if (parts.get(0).size() == 1) {
            throw new InputException(field.source() + ": " + refused + " of " + track.count() + " pictures on "
                    + track.info().topic() + ": " + refusal);
        }
        parts.get(0).remove(at);
    }
}
