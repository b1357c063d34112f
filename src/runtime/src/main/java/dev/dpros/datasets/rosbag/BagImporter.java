package dev.dpros.datasets.rosbag;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.WhoDrove;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.journal.EpisodeEnd;
import dev.dpros.recording.journal.EpisodeEvent;
import dev.dpros.recording.journal.EpisodeHeader;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.JournalWriter;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One bag becomes one episode: the mapped topics' messages as they are, and a control node's {@code ~state}, which tells
 * who drove, at the bag's times. Header stamps are taken from types that start with a header. One thread.
 */
public final class BagImporter {

    private final Map<String, String> keyByTopic;
    private final DatasetLayout layout;
    private final String task;
    private Map<String, String> taken = Map.of();

    /**
     * An importer.
     *
     * @param keyByTopic which topics to take, and the source key of each
     * @param layout how to align the episode later; its fields name these keys
     */
    public BagImporter(Map<String, String> keyByTopic, DatasetLayout layout, String task) {
        this.keyByTopic = new LinkedHashMap<>(keyByTopic);
        this.layout = layout;
        this.task = task;
    }

    /** Imports one bag; returns the journal. @throws InputException if it is damaged, or lacks a mapped topic */
    public Path importBag(Path bag, EpisodeStore store) {
        return importBag(bag, store, line -> { });
    }

    /**
     * Imports one bag.
     *
     * @param notes gets a line if the bag was not closed by its recorder, or is cut
     * @throws InputException if it is damaged, lacks a mapped topic, or a mapped topic changes its type within it
     */
    public Path importBag(Path bag, EpisodeStore store, Consumer<String> notes) {
        Survey survey = new Survey();
        BagReader.Scan scan = BagReader.read(bag, survey);
        if (!scan.whole()) {
            notes.accept(bag + ": " + (scan.closed() ? "cut off" : "not closed by its recorder") + ": " + scan.messages()
                    + " messages saved" + (scan.cut().isEmpty() ? "" : ", it ends within " + scan.cut())
                    + "; 'rosbag reindex' makes it a whole bag");
        }
        for (String topic : keyByTopic.keySet()) {
            if (!survey.topics.contains(topic)) {
                throw new InputException(bag + ": topic '" + topic + "': not in the bag"
                        + NearestName.hint(topic, survey.topics));
            }
        }
        for (String topic : keyByTopic.keySet()) {
            if (survey.types.get(topic).size() > 1) {
                throw InputException.of(bag.toString(), "topic '" + topic + "'", "one message type throughout",
                        String.join(", then ", survey.types.get(topic)), "split it with 'rosbag filter'");
            }
        }
        if (survey.lastNs == 0) {
            throw InputException.of(bag.toString(), "messages", "at least one", "none", "");
        }
        taken = new LinkedHashMap<>(keyByTopic);
        survey.topics.stream().filter(topic -> survey.types.get(topic).stream().allMatch(type -> type.startsWith(WhoDrove.TYPE + " ")))
                .findFirst().ifPresent(topic -> taken.putIfAbsent(topic, "state"));
        Path target = EpisodeStore.path(store.directory(), store.nextNumber());
        Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
        try {
            Files.deleteIfExists(partial);
            write(bag, partial, EpisodeStore.number(target), survey);
            return Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private void write(Path bag, Path journal, int number, Survey survey) throws IOException {
        String identity = bag.getFileName() + "/" + survey.firstNs + "/" + survey.lastNs;
        EpisodeHeader header = new EpisodeHeader(number,
                UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString(),
                task.isEmpty() ? survey.labels.task() : task, survey.firstNs,
                "dpros import of " + bag.getFileName(), "", layout == null ? null : layout.toJson());
        try (JournalWriter writer = JournalWriter.create(journal, header, JournalFile::open)) {
            writer.event(new EpisodeEvent(EpisodeEvent.Kind.START, survey.firstNs, 0, "imported"));
            Copy copy = new Copy(writer, survey.firstNs);
            BagReader.read(bag, copy);
            EpisodeEvent.Kind end = survey.labels.end();
            writer.event(new EpisodeEvent(end, survey.lastNs, survey.lastNs - survey.firstNs, "imported"));
            writer.end(new EpisodeEnd(end, false, copy.counts()));
            writer.force();
        }
    }

    private static final class Survey implements BagReader.Visitor {
        private final TreeSet<String> topics = new TreeSet<>();
        private final Map<String, LinkedHashSet<String>> types = new HashMap<>();
        private final EpisodeLabels labels = new EpisodeLabels();
        private long firstNs = Long.MAX_VALUE;
        private long lastNs;

        @Override
        public void connection(BagConnection connection) {
            if (connection.topic().equals(EpisodeLabels.TOPIC)) {
                labels.connection(connection);
                return;
            }
            topics.add(connection.topic());
            types.computeIfAbsent(connection.topic(), topic -> new LinkedHashSet<>())
                    .add(connection.type() + " (md5 " + connection.md5() + ")");
        }

        @Override
        public void message(int connection, long timeNs, ByteBuffer message) {
            if (labels.message(connection, message)) {
                return;
            }
            firstNs = Math.min(firstNs, timeNs);
            lastNs = Math.max(lastNs, timeNs);
        }
    }

    private final class Copy implements BagReader.Visitor {
        private final JournalWriter writer;
        private final long startNs;
        private final Map<Integer, SourceInfo> byConnection = new HashMap<>();
        private final Map<String, SourceInfo> byTopic = new LinkedHashMap<>();
        private final Map<Integer, Boolean> stamped = new HashMap<>();
        private final Map<Integer, Long> counts = new HashMap<>();

        Copy(JournalWriter writer, long startNs) {
            this.writer = writer;
            this.startNs = startNs;
        }

        @Override
        public void connection(BagConnection connection) {
            String key = taken.get(connection.topic());
            if (key == null || byConnection.containsKey(connection.id())) {
                return;
            }
            SourceInfo info = byTopic.get(connection.topic());
            if (info == null) {
                info = new SourceInfo(byTopic.size(), key, SourceInfo.Role.OTHER, connection.topic(), connection.type(),
                        connection.md5(), connection.definition());
                byTopic.put(connection.topic(), info);
                stamped.put(info.id(), info.startsWithHeader());
                try {
                    writer.source(info);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            byConnection.put(connection.id(), info);
        }

        @Override
        public void message(int connection, long timeNs, ByteBuffer message) {
            SourceInfo info = byConnection.get(connection);
            if (info == null) {
                return;
            }
            ByteBuffer payload = message.slice().order(java.nio.ByteOrder.LITTLE_ENDIAN);
            long headerNs = stamped.get(info.id()) ? SourceInfo.headerStampNs(payload) : 0;
            try {
                writer.message(info.id(), headerNs, timeNs, timeNs - startNs, payload);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            counts.merge(info.id(), 1L, Long::sum);
        }

        private List<EpisodeEnd.SourceCounts> counts() {
            List<EpisodeEnd.SourceCounts> list = new ArrayList<>();
            byTopic.values().forEach(info ->
                    list.add(new EpisodeEnd.SourceCounts(info.id(), counts.getOrDefault(info.id(), 0L), 0)));
            return list;
        }
    }
}
