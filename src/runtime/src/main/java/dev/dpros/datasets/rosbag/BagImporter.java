package dev.dpros.datasets.rosbag;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.datasets.DatasetLayout;
import dev.dpros.datasets.MessageReaders;
import dev.dpros.datasets.WhoDrove;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.recording.RecordingSource;
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
    private final MessageReaders readers;
    private Map<String, String> taken = Map.of();

    /**
     * An importer.
     *
     * @param keyByTopic which topics to take, and the source key of each
     * @param layout how to align the episode later; its fields name these keys
     * @param readers know the types that a bag does not describe
     */
    public BagImporter(Map<String, String> keyByTopic, DatasetLayout layout, String task, MessageReaders readers) {
        this.keyByTopic = new LinkedHashMap<>(keyByTopic);
        this.layout = layout;
        this.task = task;
        this.readers = readers;
    }

    /** Imports one bag; returns the journal. @throws InputException if it is damaged, or lacks a mapped topic */
    public Path importBag(Path bag, EpisodeStore store) {
        return importBag(bag, store, line -> { });
    }

    /** Imports a bag of ROS 1, as {@link #importBag(Bag, EpisodeStore, Consumer)}. */
    public Path importBag(Path bag, EpisodeStore store, Consumer<String> notes) {
        return importBag(new RosBag(bag), store, notes);
    }

    /** A bag of ROS 1. */
    private record RosBag(Path path) implements Bag {
        @Override
        public BagReader.Scan read(BagReader.Visitor visitor) {
            return BagReader.read(path, visitor);
        }

        @Override
        public void close() {
            // opened each time
        }
    }

    /**
     * Imports one bag.
     *
     * @param notes gets a line if the bag was not closed by its recorder, or is cut
     * @throws InputException if it is damaged, lacks a mapped topic, or a mapped topic changes its type within it or is of an
     *         encoding that is not read
     */
    public Path importBag(Bag bag, EpisodeStore store, Consumer<String> notes) {
        Survey survey = new Survey();
        BagReader.Scan scan = bag.read(survey);
        if (!scan.whole()) {
            notes.accept(bag.path() + ": " + (scan.closed() ? "cut off" : "not closed by its recorder") + ": " + scan.messages()
                    + " messages saved" + (scan.cut().isEmpty() ? "" : ", it ends within " + scan.cut()) + "; " + scan.remedy());
        }
        String where = bag.path().toString();
        for (String topic : keyByTopic.keySet()) {
            check(where, topic, survey);
        }
        if (survey.lastNs == 0) {
            throw InputException.of(where, "messages", "at least one", "none", "");
        }
        taken = new LinkedHashMap<>(keyByTopic);
        survey.topics.stream().filter(topic -> survey.types.get(topic).stream().allMatch(WhoDrove.TYPE::equals))
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

    private static void check(String where, String topic, Survey survey) {
        String what = "topic '" + topic + "'";
        if (!survey.topics.contains(topic)) {
            throw new InputException(where + ": " + what + ": not in the bag" + NearestName.hint(topic, survey.topics));
        }
        if (survey.unread.containsKey(topic)) {
            throw InputException.of(where, what, "messages of ROS 1 (ros1) or ROS 2 (cdr)", survey.unread.get(topic), "");
        }
        if (survey.sums.get(topic).size() > 1) {
            throw InputException.of(where, what, "one message type throughout", String.join(", then ", survey.sums.get(topic)),
                    "split it with 'rosbag filter'");
        }
    }

    private void write(Bag bag, Path journal, int number, Survey survey) throws IOException {
        Path name = bag.path().toAbsolutePath().normalize().getFileName();
        String identity = name + "/" + survey.firstNs + "/" + survey.lastNs;
        EpisodeHeader header = new EpisodeHeader(number,
                UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString(),
                task.isEmpty() ? survey.labels.task() : task, survey.firstNs,
                "dpros import of " + name, "", layout == null ? null : layout.toJson());
        try (JournalWriter writer = JournalWriter.create(journal, header, JournalFile::open)) {
            writer.event(new EpisodeEvent(EpisodeEvent.Kind.START, survey.firstNs, 0, "imported"));
            Copy copy = new Copy(writer, survey.firstNs);
            bag.read(copy);
            EpisodeEvent.Kind end = survey.labels.end();
            writer.event(new EpisodeEvent(end, survey.lastNs, survey.lastNs - survey.firstNs, "imported"));
            writer.end(new EpisodeEnd(end, false, copy.counts()));
            writer.force();
        }
    }

    private static final class Survey implements BagReader.Visitor {
        private final TreeSet<String> topics = new TreeSet<>();
        private final Map<String, LinkedHashSet<String>> types = new HashMap<>();
        private final Map<String, LinkedHashSet<String>> sums = new HashMap<>();
        private final Map<String, String> unread = new HashMap<>();
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
            types.computeIfAbsent(connection.topic(), topic -> new LinkedHashSet<>()).add(connection.type());
            sums.computeIfAbsent(connection.topic(), topic -> new LinkedHashSet<>()).add(connection.type()
                    + (connection.encoding().equals(BagConnection.ROS1) ? " (md5 " + connection.md5() + ")" : ""));
            if (!connection.encoding().equals(BagConnection.ROS1) && !connection.encoding().equals(BagConnection.CDR)) {
                unread.put(connection.topic(), connection.encoding());
            }
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
                info = source(byTopic.size(), key, connection);
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
            ByteBuffer payload = message.slice();
            long headerNs = stamped.get(info.id()) ? info.headerStampNs(payload) : 0;
            try {
                writer.message(info.id(), headerNs, timeNs, timeNs - startNs, payload);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            counts.merge(info.id(), 1L, Long::sum);
        }

        private SourceInfo source(int id, String key, BagConnection from) {
            SourceInfo info = new SourceInfo(id, key, SourceInfo.Role.OTHER, from.topic(), from.type(), from.md5(), from.definition());
            if (!from.md5().isEmpty() && !from.definition().isEmpty()) {
                return info;
            }
            RecordingSource.Description known =
                    readers.describe(from.type(), from.encoding().equals(BagConnection.CDR), from.definition());
            return info.described(known.type(), from.md5().isEmpty() ? known.md5() : from.md5(), known.definition());
        }

        private List<EpisodeEnd.SourceCounts> counts() {
            List<EpisodeEnd.SourceCounts> list = new ArrayList<>();
            byTopic.values().forEach(info ->
                    list.add(new EpisodeEnd.SourceCounts(info.id(), counts.getOrDefault(info.id(), 0L), 0)));
            return list;
        }
    }
}
