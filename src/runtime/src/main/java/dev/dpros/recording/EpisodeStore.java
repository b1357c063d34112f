package dev.dpros.recording;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.core.Storage;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.JournalRecovery;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A recording directory: {@code episode_000000.dpj} and so on, {@code discarded/} for dropped episodes and
 * {@code .lock}, held while somebody records into it. One owner at a time; reading needs no lock.
 */
public final class EpisodeStore implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("episode_(\\d{6,9})\\.dpj");

    private final Path directory;
    private final JournalFile.Opener opener;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final int first;

    private EpisodeStore(Path directory, JournalFile.Opener opener, FileChannel lockChannel, FileLock lock, int first) {
        this.directory = directory;
        this.opener = opener;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.first = first;
    }

    /**
     * Opens a directory for recording, making it if need be.
     *
     * @throws InputException if another recorder holds it or it cannot be written
     */
    public static EpisodeStore open(Path directory) {
        return open(directory, JournalFile::open);
    }

    /** As {@link #open(Path)}, with the number of its first episode. */
    public static EpisodeStore open(Path directory, int first) {
        return open(directory, JournalFile::open, first);
    }

    /** As {@link #open(Path)}, on another kind of file. */
    public static EpisodeStore open(Path directory, JournalFile.Opener opener) {
        return open(directory, opener, 0);
    }

    private static EpisodeStore open(Path directory, JournalFile.Opener opener, int first) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new InputException(directory + ": another recorder is writing here; stop it or choose another"
                        + " directory");
            }
            return new EpisodeStore(directory, opener, channel, lock, first);
        } catch (IOException e) {
            throw new InputException(directory + ": cannot record here: " + e.getMessage(), e);
        }
    }

    /** The journals of a directory, by number. @throws InputException if it is no readable directory */
    public static List<Path> episodes(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> NAME.matcher(f.getFileName().toString()).matches())
                    .sorted((a, b) -> Integer.compare(number(a), number(b)))
                    .toList();
        } catch (IOException e) {
            throw new InputException(directory + ": recordings: expected a directory with episode_*.dpj files, found none that can be read; "
                    + "give the directory that was recorded into", e);
        }
    }

    /** The number in a journal's name, or -1. */
    public static int number(Path journal) {
        Matcher name = NAME.matcher(journal.getFileName().toString());
        return name.matches() ? Integer.parseInt(name.group(1)) : -1;
    }

    /** The path of an episode. */
    public static Path path(Path directory, int number) {
        return directory.resolve(String.format("episode_%06d.dpj", number));
    }

    /** Recovers what an earlier recorder left unfinished; returns one line for each journal that was touched. */
    public List<String> recover() {
        List<String> lines = new ArrayList<>();
        for (Path journal : episodes(directory)) {
            String name = journal.getFileName().toString();
            JournalRecovery.Result result;
            try {
                result = JournalRecovery.recover(journal);
            } catch (InputException e) {
                OpenFiles.rethrow(e);
                lines.add(name + ": left as it is: " + e.getMessage());
                continue;
            }
            switch (result.action()) {
                case RECOVERED -> lines.add(name + ": recovered with " + result.messages() + " messages, "
                        + result.lostBytes() + " bytes cut off");
                case EMPTY -> {
                    discard(journal);
                    lines.add(name + ": held nothing yet, moved to discarded/");
                }
                case KEPT -> {
                    if (result.lostBytes() > 0) {
                        lines.add(name + ": " + result.lostBytes() + " bytes after its end cut off");
                    }
                }
            }
        }
        return lines;
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /** The number after the highest one. */
    public int nextNumber() {
        List<Path> episodes = episodes(directory);
        return episodes.isEmpty() ? first : number(episodes.get(episodes.size() - 1)) + 1;
    }

    /** Moves a journal to {@code discarded/}; returns where it is now. */
    public Path discard(Path journal) {
        try {
            Path dropped = Files.createDirectories(directory.resolve("discarded"));
            String name = journal.getFileName().toString().replace(".dpj", "");
            Path target = dropped.resolve(name + ".dpj");
            for (int i = 1; Files.exists(target); i++) {
                target = dropped.resolve(name + "_" + i + ".dpj");
            }
            return Files.move(journal, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new InputException(journal + ": cannot be moved to discarded/: " + e.getMessage(), e);
        }
    }

    /** Usable bytes left on the disk; {@link Storage#UNKNOWN} where it cannot be told. */
    public long freeBytes() {
        return Storage.freeBytes(directory);
    }

    /** Makes new names in the directory survive power loss. */
    void force() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    JournalFile.Opener opener() {
        return opener;
    }

    @Override
    public void close() {
        if (!lockChannel.isOpen()) {
            return;
        }
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            throw new InputException(directory + ": the lock cannot be released: " + e.getMessage(), e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
