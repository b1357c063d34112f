package dev.dpros.datasets.rosbag2;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageConversion;
import dev.dpros.core.MessageType;
import dev.dpros.core.Progress;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.datasets.PartialDirectory;
import dev.dpros.datasets.rosbag.EpisodeLabels;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One folder per episode, as rosbag2 lays them out: an MCAP file and metadata.yaml. Messages are those of ROS 2, at their
 * receive stamps; those recorded from ROS 1 are converted. Label and task are on {@code /dpros/episode}. Folders that are
 * there already are kept, so that an interrupted export continues. One thread.
 */
public final class McapExporter {
    private final Conversions conversions;
    private final String library;
    private final Consumer<String> notes;

    /** How messages of a type become those of ROS 2. */
    @FunctionalInterface
    public interface Conversions {
        /** The conversion of one source. @throws InputException if there is none */
        MessageConversion of(String type, String checksum, String definition);
    }

    /**
     * An exporter.
     *
     * @param library what the files say wrote them
     * @param notes gets a line for each topic of which messages were left out
     */
    public McapExporter(Conversions conversions, String library, Consumer<String> notes) {
        this.conversions = conversions;
        this.library = library;
        this.notes = notes;
    }

    /** Exports journals into a directory. @throws InputException if a journal is damaged, a folder there is another's, or the disk is full */
    public void export(List<Path> journals, Path directory, Progress progress) {
        for (Path journal : journals) {
            Path target = directory.resolve(name(journal));
            if (Files.exists(target)) {
                EpisodeLabels.require(journal, target, visitor -> McapReader.read(target.resolve(file(journal)), visitor));
            }
        }
        progress.begin("mcap", journals.size());
        try {
            Files.createDirectories(directory);
            for (Path journal : journals) {
                String name = name(journal);
                Path target = directory.resolve(name);
                if (!Files.exists(target)) {
                    PartialDirectory partial = PartialDirectory.open(target, name);
                    write(journal, partial.directory(), file(journal));
                    partial.commit();
                }
                progress.advance(1);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(directory + ": cannot be written: " + e.getMessage()
                    + "; free space and run the same command again, it continues", e);
        }
    }

    private static String name(Path journal) {
        return journal.getFileName().toString().replace(".dpj", "");
    }

    private static String file(Path journal) {
        return name(journal) + "_0.mcap";
    }

    private void write(Path journal, Path folder, String file) throws IOException {
        JournalIndex index = JournalIndex.of(journal);
        Files.deleteIfExists(folder.resolve(file));
        McapWriter writer = new McapWriter(folder.resolve(file), library);
        try (writer) {
            Copy copy = new Copy(writer);
            for (JournalIndex.Track track : index.tracks()) {
                if (track.count() > 0 && track.info() != null && track.info().isDescribed()) {
                    add(copy, journal, track.info());
                }
            }
            SourceInfo labels = new SourceInfo(0, "", SourceInfo.Role.OTHER, EpisodeLabels.TOPIC, EpisodeLabels.TYPE, EpisodeLabels.MD5,
                    EpisodeLabels.DEFINITION);
            copy.topic(labels).message(index.header().createdRosNs(), EpisodeLabels.message(index));
            JournalReader.read(journal, copy);
            copy.topics.values().stream().filter(topic -> topic.damaged > 0).forEach(topic -> notes.accept(journal.getFileName()
                    + ": " + topic.name + ": " + topic.damaged + " damaged messages left out"));
        }
        writer.facts().write(folder.resolve(BagFolder.METADATA), file);
    }

    private void add(Copy copy, Path journal, SourceInfo source) {
        try {
            copy.topics.put(source.id(), copy.topic(source));
        } catch (InputException e) { // the others are worth having
            notes.accept(journal.getFileName() + ": " + source.topic() + ": left out: " + e.getMessage());
        }
    }

    /** A topic of the file. */
    private static final class Topic {
        private final McapWriter writer;
        private final MessageConversion messages;
        private final String name;
        private final int id;
        private long damaged;

        Topic(McapWriter writer, MessageConversion messages, String name) {
            this.writer = writer;
            this.messages = messages;
            this.name = name;
            MessageType type = messages.type();
            id = writer.topic(new McapTopic(name, type.type().replace("/", "/msg/"), type.checksum(), type.definition()));
        }

        void message(long timeNs, ByteBuffer recorded) {
            ByteBuffer message = messages.convert(recorded);
            if (message == null) {
                damaged++;
                return;
            }
            try {
                writer.message(id, timeNs, message);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final class Copy implements JournalVisitor {
        private final McapWriter writer;
        private final Map<Integer, Topic> topics = new HashMap<>();

        Copy(McapWriter writer) {
            this.writer = writer;
        }

        Topic topic(SourceInfo source) {
            return new Topic(writer, conversions.of(source.type(), source.md5(), source.definition()), source.topic());
        }

        @Override
        public void message(int source, long header, long receivedRosNs, long receivedNs, ByteBuffer payload, long offset) {
            Topic topic = topics.get(source);
            if (topic != null) {
                topic.message(receivedRosNs, payload);
            }
        }
    }
}
