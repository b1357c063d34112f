package dev.dpros.datasets;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.PictureReader;
import dev.dpros.recording.journal.EpisodeEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A journal on the grid: {@code t_k = t_0 + k / fps}, where {@code t_0} is the first instant at which every field has a
 * sample and the last step is the last at which every observation still had one. One thread.
 */
final class JournalEpisode implements EpisodeDataset.Episode {
    private final JournalIndex index;
    private final DatasetLayout layout;
    private final StampBounds bounds;
    private final FileChannel channel;
    /** Of all columns, a field for each source. */
    private final List<AlignedField> fields = new ArrayList<>();
    private final List<AlignedColumn> columns = new ArrayList<>();
    private final long startNs;
    private final long endNs;
    private final int length;
    private final WhoDrove who;
    private int interventionColumn = -1;
    private int idleColumn = -1;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    JournalEpisode(JournalIndex index, DatasetLayout layout, MessageReaders readers, StampBounds bounds) {
        this.index = index;
        this.bounds = bounds;
        this.layout = layout;
        try {
            channel = FileChannel.open(index.path(), StandardOpenOption.READ);
        } catch (IOException e) {
            throw new InputException(index.path() + ": cannot be read: " + e.getMessage(), e);
        }
        long start = Long.MIN_VALUE;
        long end = Long.MAX_VALUE;
        try {
            for (DatasetLayout.Field field : layout.fields()) {
                AlignedColumn column = new AlignedColumn(field, field.each().stream()
                        .map(each -> new AlignedField(each, index.track(each.source()), readers, this::read)).toList());
                columns.add(column);
                fields.addAll(column.fields());
                start = Math.max(start, column.firstNs());
                end = field.kind() == FeatureSpec.Kind.ACTION ? end : Math.min(end, column.lastNs());
            }
            who = WhoDrove.of(index, readers, this::read);
        } catch (InputException e) {
            close();
            throw e;
        }
        startNs = start;
        endNs = end;
        length = end < start ? 0 : (int) Math.floor((end - start) * layout.fps() / 1e9 + 1e-6) + 1;
    }

    /** Says which of the columns {@code intervention} and {@code idle} there are, after those of the layout. */
    JournalEpisode with(boolean withIntervention, boolean withIdle) {
        interventionColumn = withIntervention ? columns.size() : -1;
        idleColumn = withIdle ? columns.size() + (withIntervention ? 1 : 0) : -1;
        return this;
    }

    /** The features, sizes taken from the first messages, and at the end the columns of {@link #with}. */
    List<DatasetFeature> features() {
        List<DatasetFeature> features = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            DatasetLayout.Field field = layout.fields().get(i);
            List<Integer> shape = field.shape();
            if (field.visual()) {
                columns.get(i).only().frame(startNs, Long.MAX_VALUE);
                PictureReader picture = columns.get(i).only().pictures();
                if (picture.depth()) {
                    features.add(DatasetFeature.depth(field.key(), picture.height(), picture.width(), DepthCodes.OWN));
                    continue;
                }
                shape = List.of(3, picture.height(), picture.width());
            } else if (shape.isEmpty()) {
                shape = List.of(columns.get(i).size());
            }
            DatasetFeature feature = new DatasetFeature(field.key(), field.kind(), shape, field.names());
            if (!field.visual() && feature.size() != columns.get(i).size()) {
                throw InputException.of(index.path().toString(), "feature " + field.key(), feature.size() + " values",
                        columns.get(i).size() + " from '" + field.path() + "'", "");
            }
            features.add(feature);
        }
        if (interventionColumn >= 0) {
            features.add(new DatasetFeature("intervention", FeatureSpec.Kind.STATE, List.of(1), List.of("human")));
        }
        if (idleColumn >= 0) {
            features.add(new DatasetFeature("idle", FeatureSpec.Kind.STATE, List.of(1), List.of("nobody")));
        }
        return features;
    }

    @Override
    public String id() {
        return index.header().uuid();
    }

    /** When its first step is. */
    long beginNs() {
        return startNs;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public String task() {
        return index.task();
    }

    @Override
    public Boolean success() {
        return index.success();
    }

    @Override
    public String unfit() {
        String fault = StampCheck.fault(fields, bounds, startNs, endNs);
        return fault != null || length > 0 ? fault : "its sources were never there at the same time";
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (AlignedField field : fields) {
            if (!field.leftOut().isEmpty()) {
                notes.add(field.field().key() + " (" + field.track().info().topic() + "): skipped " + field.leftOut());
            }
        }
        return notes;
    }

    @Override
    public List<SourceRate> rates() {
        return index.tracks().stream().map(SourceRate::of).toList();
    }

    @Override
    public boolean damaged() {
        return fields.stream().anyMatch(AlignedField::damaged);
    }

    @Override
    public boolean intervention(int step) {
        boolean human = false;
        for (EpisodeEvent event : index.events()) {
            if (event.rosNs() <= stampNs(step)) {
                human = event.kind() == EpisodeEvent.Kind.INTERVENTION_BEGIN
                        || human && event.kind() != EpisodeEvent.Kind.INTERVENTION_END;
            }
        }
        return human;
    }

    private boolean idle(int step) {
        return who != null && who.idle(stampNs(step)) && !intervention(step);
    }

    @Override
    public boolean driverUnknown() {
        return who == null;
    }

    @Override
    public List<EpisodeDataset.Stretch> driven() {
        boolean[] idle = new boolean[length];
        for (int step = 0; step < length; step++) {
            idle[step] = idle(step);
        }
        return WhoDrove.stretches(idle, bounds.gapNs(0) * layout.fps() / 1e9);
    }

    @Override
    public void vector(int feature, int step, float[] out, int offset) {
        if (feature == interventionColumn || feature == idleColumn) {
            out[offset] = (feature == idleColumn ? idle(step) : intervention(step)) ? 1 : 0;
            return;
        }
        columns.get(feature).vector(stampNs(step), out, offset);
    }

    @Override
    public void frame(int feature, int step, byte[] rgb) {
        AlignedField field = columns.get(feature).only();
        byte[] decoded = field.frame(stampNs(step), StampCheck.gapBoundNs(field.parts().get(0), bounds));
        if (decoded.length != rgb.length) {
            throw InputException.of(index.path().toString(), layout.fields().get(feature).key() + " at step " + step,
                    rgb.length + " bytes of pixels", decoded.length + " (" + field.pictures().width() + "x"
                            + field.pictures().height() + ")", "all images of a camera must be"
                            + " of one size");
        }
        System.arraycopy(decoded, 0, rgb, 0, rgb.length);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new InputException(index.path() + ": cannot be closed: " + e.getMessage(), e);
        }
    }

    private long stampNs(int step) {
        return startNs + Math.round(step * 1e9 / layout.fps());
    }

    private ByteBuffer read(long offset, int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes + bytes / 4).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear().limit(bytes);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, offset + buffer.position()) < 0) {
                    throw new IOException("the file became shorter while it was read");
                }
            }
        } catch (IOException e) {
            throw new InputException(index.path() + ": cannot be read: " + e.getMessage(), e);
        }
        return buffer.flip();
    }
}
