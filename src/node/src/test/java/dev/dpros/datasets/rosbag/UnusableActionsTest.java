package dev.dpros.datasets.rosbag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.datasets.StampBounds;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.transports.Transports;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Actions that came and cannot be read: in an export the last one before them would be held. States at 50 Hz, 8 s. */
@Timeout(60)
class UnusableActionsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_700_000_000L * SECOND;
    private static final String TYPE = "std_msgs/Float64MultiArray";
    private static final SelectedEpisodes.Choice ALL = new SelectedEpisodes.Choice(SelectedEpisodes.Label.ALL, false);

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();

    /** The action of a step, or null for none. */
    private interface Actions {
        ByteBuffer at(int step);
    }

    private static ByteBuffer array(double... values) {
        ByteBuffer out = ByteBuffer.allocate(12 + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0).putInt(0).putInt(values.length);
        Arrays.stream(values).forEach(out::putDouble);
        return out.flip();
    }

    /** What the same topic carries once its type is another: a header and three empty lists. */
    private static ByteBuffer otherType(int step) {
        ByteBuffer out = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        return out.putInt(step).putInt(1_700_000_000).putInt(5).putInt(0).putInt(0).putInt(0).putInt(0).putInt(0).flip();
    }

    private String unfit(Actions actions, StampBounds bounds) throws Exception {
        Path bag = directory.resolve("b.bag");
        Description type = new RosMessageReaders(Transports::recorded).describe(TYPE);
        try (BagWriter writer = new BagWriter(bag)) {
            int state = writer.connect("/state", TYPE, type.md5(), type.definition());
            int action = writer.connect("/action", TYPE, type.md5(), type.definition());
            for (int i = 0; i < 400; i++) {
                long at = START + i * SECOND / 50;
                writer.message(state, at, array(i, -i));
                ByteBuffer message = actions.at(i);
                if (message != null) {
                    writer.message(action, at, message);
                }
            }
        }
        DatasetLayout layout = new DatasetLayout(10, List.of(field("observation.state", FeatureSpec.Kind.STATE, "state"),
                field("action", FeatureSpec.Kind.ACTION, "action")));
        Path recording = directory.resolve("recording");
        try (EpisodeStore store = EpisodeStore.open(recording)) {
            new BagImporter(Map.of("/state", "state", "/action", "action"), layout, "push", new RosMessageReaders(Transports::recorded))
                    .importBag(bag, store, line -> {});
        }
        try (JournalDataset dataset = JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded), bounds);
                EpisodeDataset.Episode episode = dataset.episode(0)) {
            if (episode.unfit() != null) {
                assertThrows(InputException.class, () -> SelectedEpisodes.of(dataset, ALL, said::add));
            }
            return String.valueOf(episode.unfit());
        }
    }

    private static DatasetLayout.Field field(String key, FeatureSpec.Kind kind, String source) {
        return new DatasetLayout.Field(key, kind, source, "data[0:2]", DatasetLayout.Stamp.HEADER, 0,
                DatasetLayout.Align.PREVIOUS, List.of(), List.of());
    }

    @Test
    void shouldLeaveOutAnEpisodeWhoseActionsChangeTheirType() throws Exception {
        String unfit = unfit(i -> i < 150 ? array(i, i) : otherType(i), StampBounds.DEFAULT);
        assertEquals("topic /action: messages that cannot be used for 4.980 s, 3.0 s after the start, expected at most 0.500 s"
                + " (--max-gap); of all, 250 messages without 'data[0:2]'", unfit);
        assertTrue(said.contains("episode_000000.dpj: left out: " + unfit), said.toString());
        assertTrue(said.contains("1 of 1 episodes left out"), said.toString());
    }

    @Test
    void shouldLeaveOutAnEpisodeWithUnreadableActionsInTheMiddle() throws Exception {
        String unfit = unfit(i -> i < 150 || i >= 200 ? array(i, i) : array(i, Double.NaN), StampBounds.DEFAULT);
        assertEquals("topic /action: messages that cannot be used for 1.000 s, 3.0 s after the start, expected at most 0.500 s"
                + " (--max-gap); of all, 50 messages with values that are not finite", unfit);
    }

    @Test
    void shouldKeepPauses() throws Exception {
        assertEquals("null", unfit(i -> i < 150 || i >= 300 ? array(i, i) : null, StampBounds.DEFAULT));
    }

    @Test
    void shouldKeepAnEpisodeWithSingleBadMessages() throws Exception {
        assertEquals("null", unfit(i -> i % 40 == 7 ? otherType(i) : array(i, i), StampBounds.DEFAULT));
    }

    @Test
    void shouldHeedTheBound() throws Exception {
        assertEquals("null", unfit(i -> i < 150 ? array(i, i) : otherType(i), new StampBounds(6 * SECOND, SECOND)));
    }
}
