package dev.dpros.datasets.rosbag;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.recording.journal.JournalReader;
import dev.dpros.recording.journal.JournalVisitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One bag per episode, with the messages exactly as they were received, at their receive stamps, and its label and task
 * on {@code /dpros/episode}. Bags that are there
 * already are kept, so that an interrupted export continues. One thread.
 */
public final class BagExporter {
    private BagExporter() {}

    /** Exports journals into a directory. @throws InputException if a journal is damaged, a bag there is another's, or the disk is full */
    public static void export(List<Path> journals, Path directory, Progress progress) {
        for (Path journal : journals) {
            Path target = target(journal, directory);
            if (Files.exists(target)) {
                EpisodeLabels.require(journal, target, visitor -> BagReader.read(target, visitor));
            }
        }
        progress.begin("rosbag", journals.size());
        try {
            Files.createDirectories(directory);
            for (Path journal : journals) {
                Path target = target(journal, directory);
                if (!Files.exists(target)) {
                    Path partial = directory.resolve("." + target.getFileName() + ".partial");
                    Files.deleteIfExists(partial);
                    write(journal, partial);
                    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
                }
                progress.advance(1);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(directory + ": cannot be written: " + e.getMessage()
                    + "; free space and run the same command again, it continues", e);
        }
    }

    private static Path target(Path journal, Path directory) {
        return directory.resolve(journal.getFileName().toString().replace(".dpj", ".bag"));
    }

    private static void write(Path journal, Path bag) throws IOException {
        JournalIndex index = JournalIndex.of(journal);
        try (BagWriter writer = new BagWriter(bag)) {
            Map<Integer, Integer> connections = new TreeMap<>();
            for (JournalIndex.Track track : index.tracks()) {
                if (track.count() > 0 && track.info() != null && track.info().isDescribed()) {
                    if (track.info().isRos2()) {
                        throw InputException.of(journal.toString(), "--format bag", "messages of ROS 1", track.info().type() + " of ROS 2 on "
                                + track.info().topic(), "--format mcap takes messages of both");
                    }
                    connections.put(track.info().id(), writer.connect(track.info().topic(), track.info().type(),
                            track.info().md5(), track.info().definition()));
                }
            }
            writer.message(writer.connect(EpisodeLabels.TOPIC, EpisodeLabels.TYPE, EpisodeLabels.MD5, EpisodeLabels.DEFINITION),
                    index.header().createdRosNs(), EpisodeLabels.message(index));
            JournalReader.read(journal, new JournalVisitor() {
                @Override
                public void message(int source, long header, long receivedRosNs, long receivedNs, ByteBuffer payload,
                        long offset) {
                    Integer connection = connections.get(source);
                    if (connection != null) {
                        try {
                            writer.message(connection, receivedRosNs, payload);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                }
            });
        }
    }
}
