package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.JournalWriter;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns a dataset of another format into journals: images as {@code sensor_msgs/Image}, vectors as
 * {@code std_msgs/Float32MultiArray}, one message per step, stamped {@code t_0 + k / fps}. Episodes that are there
 * already (by their identifier) are skipped, so that an interrupted import continues. One thread.
 */
public final class DatasetImporter {
    private static final String IMAGE = "sensor_msgs/Image";
    private static final String VECTOR = "std_msgs/Float32MultiArray";
    private static final long EPOCH_NS = 1_000_000_000_000_000_000L;
    private static final long EPISODE_NS = 3_600_000_000_000L;
    private static final byte[] ENCODING = "rgb8".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEPTH = "16UC1".getBytes(StandardCharsets.US_ASCII);

    private final EpisodeStore store;
    private final MessageReaders readers;
    private ByteBuffer message = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    /** An importer into a recording directory that the caller holds. */
    public DatasetImporter(EpisodeStore store, MessageReaders readers) {
        this.store = store;
        this.readers = readers;
    }

    /** Imports all episodes that are not there yet; returns how many were written. */
    public int importAll(EpisodeDataset dataset, Progress progress) {
        return importPart(dataset, 0, dataset.episodes(), progress);
    }

    /** As {@link #importAll}, the episodes from {@code from} to {@code to} alone, the last not included. */
    public int importPart(EpisodeDataset dataset, int from, int to, Progress progress) {
        Set<String> known = new HashSet<>();
        EpisodeStore.episodes(store.directory()).forEach(path -> known.add(JournalIndex.of(path).header().uuid()));
        DatasetLayout layout = layout(dataset);
        progress.begin("import", to - from);
        int written = 0;
        for (int i = from; i < to; i++) {
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                if (!known.contains(episode.id())) {
                    write(dataset, episode, layout, EPOCH_NS + i * EPISODE_NS);
                    written++;
                }
            } catch (IOException e) {
                throw new InputException(store.directory() + ": cannot import: " + e.getMessage()
                        + "; free space and run the same command again, it continues", e);
            }
            progress.advance(1);
        }
        return written;
    }

    private static DatasetLayout layout(EpisodeDataset dataset) {
        List<DatasetLayout.Field> fields = new ArrayList<>();
        for (DatasetFeature feature : dataset.features()) {
            fields.add(new DatasetLayout.Field(feature.key(), feature.kind(), feature.shortName(),
                    feature.visual() ? "" : "data[0:" + feature.size() + "]", DatasetLayout.Stamp.RECEIVED, 0,
                    DatasetLayout.Align.PREVIOUS, feature.visual() ? List.of() : feature.shape(), feature.names()));
        }
        return new DatasetLayout(dataset.fps(), fields);
    }

    private void write(EpisodeDataset dataset, EpisodeDataset.Episode episode, DatasetLayout layout, long startNs)
            throws IOException {
        int number = store.nextNumber();
        Path target = EpisodeStore.path(store.directory(), number);
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        Files.deleteIfExists(partial);
        EpisodeHeader header = new EpisodeHeader(number, episode.id(), episode.task(), startNs,
                "dpros import of " + Path.of(dataset.name()).getFileName(), dataset.robot(), layout.toJson());
        try (JournalWriter writer = JournalWriter.create(partial, header, JournalFile::open)) {
            declare(dataset, writer);
            writer.event(new EpisodeEvent(EpisodeEvent.Kind.START, startNs, 0, "imported"));
            for (int step = 0; step < episode.length(); step++) {
                writeStep(dataset, episode, step, startNs, writer);
            }
            end(dataset, episode, startNs + Math.round(episode.length() * 1e9 / dataset.fps()), writer);
            writer.force();
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private void declare(EpisodeDataset dataset, JournalWriter writer) throws IOException {
        for (int i = 0; i < dataset.features().size(); i++) {
            DatasetFeature feature = dataset.features().get(i);
            Description type = readers.describe(feature.visual() ? IMAGE : VECTOR);
            SourceInfo.Role role = feature.key().equals("action") ? SourceInfo.Role.SENT_ACTION : SourceInfo.Role.OBSERVATION;
            writer.source(new SourceInfo(i, feature.shortName(), role, "/" + feature.shortName(), type.type(),
                    type.md5(), type.definition()));
        }
    }

    private void writeStep(EpisodeDataset dataset, EpisodeDataset.Episode episode, int step, long startNs,
            JournalWriter writer) throws IOException {
        long stampNs = startNs + Math.round(step * 1e9 / dataset.fps());
        for (int i = 0; i < dataset.features().size(); i++) {
            DatasetFeature feature = dataset.features().get(i);
            if (feature.visual()) {
                byte[] rgb = new byte[feature.frameBytes()];
                episode.frame(i, step, rgb);
                image(feature, step, stampNs, rgb);
            } else {
                float[] values = new float[feature.size()];
                episode.vector(i, step, values, 0);
                vector(values);
            }
            writer.message(i, feature.visual() ? stampNs : 0, stampNs, stampNs - startNs, message);
        }
    }

    private static void end(EpisodeDataset dataset, EpisodeDataset.Episode episode, long endNs, JournalWriter writer)
            throws IOException {
        EpisodeEvent.Kind kind = episode.success() == null ? EpisodeEvent.Kind.STOP
                : episode.success() ? EpisodeEvent.Kind.SUCCESS : EpisodeEvent.Kind.FAILURE;
        writer.event(new EpisodeEvent(kind, endNs, 0, "imported"));
        List<EpisodeEnd.SourceCounts> counts = new ArrayList<>();
        for (int i = 0; i < dataset.features().size(); i++) {
            counts.add(new EpisodeEnd.SourceCounts(i, episode.length(), 0));
        }
        writer.end(new EpisodeEnd(kind, false, counts));
    }

    /** sensor_msgs/Image: header, height, width, encoding, is_bigendian, step, data. */
    private void image(DatasetFeature feature, int sequence, long stampNs, byte[] rgb) {
        reserve(64 + rgb.length);
        message.putInt(sequence).putInt((int) (stampNs / 1_000_000_000L)).putInt((int) (stampNs % 1_000_000_000L));
        message.putInt(0).putInt(feature.height()).putInt(feature.width());
        byte[] encoding = feature.depth() == null ? ENCODING : DEPTH;
        message.putInt(encoding.length).put(encoding).put((byte) 0).putInt(rgb.length / feature.height());
        message.putInt(rgb.length).put(rgb);
        message.flip();
    }

    /** std_msgs/Float32MultiArray: no dimensions, offset 0, data. */
    private void vector(float[] values) {
        reserve(12 + 4 * values.length);
        message.putInt(0).putInt(0).putInt(values.length);
        for (float value : values) {
            message.putFloat(value);
        }
        message.flip();
    }

    private void reserve(int bytes) {
        if (message.capacity() < bytes) {
            message = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        message.clear();
    }
}
