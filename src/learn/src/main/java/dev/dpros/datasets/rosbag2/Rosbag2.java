package dev.dpros.datasets.rosbag2;

import dev.dpros.core.InputException;
import dev.dpros.core.Storage;
import dev.dpros.datasets.rosbag.Bag;
import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A bag of ROS 2: a folder with metadata.yaml, one that its recorder did not finish, or a single MCAP or SQLite file. Files
 * that are compressed whole, or that a killed recorder left with a journal of SQLite, are read from a copy. One thread.
 */
public final class Rosbag2 implements Bag {
    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK_BYTES = 1 << 20;
    private static final long KEPT_FREE_BYTES = 1L << 30;
    private static final int FILE_BITS = 16;

    private final Path path;
    private final BagFolder folder;
    private final Path scratch;
    private final List<Path> files = new ArrayList<>();
    private final List<Path> copies = new ArrayList<>();

    private Rosbag2(Path path, Path scratch) {
        this.path = path;
        this.scratch = scratch;
        folder = BagFolder.of(path);
    }

    /** Whether a path is such a bag, by its content or its name. */
    public static boolean is(Path path) {
        if (Files.isDirectory(path)) {
            return BagFolder.is(path);
        }
        return starts(path, Mcap.magic()) || starts(path, SQLITE) || path.toString().matches(".*\\.(mcap|db3)(\\.zstd)?");
    }

    /**
     * Opens a bag.
     *
     * @param scratch a folder with room for a copy, which {@link #close} removes
     * @throws InputException if it is none, or a file of it is missing or damaged
     */
    public static Rosbag2 open(Path path, Path scratch) {
        Rosbag2 bag = new Rosbag2(path, scratch);
        try {
            for (Path file : bag.folder.files()) {
                bag.files.add(bag.plain(file));
            }
            return bag;
        } catch (InputException e) {
            bag.close();
            throw e;
        } catch (IOException e) {
            bag.close();
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private Path plain(Path file) throws IOException {
        Path plain = file;
        if (file.toString().endsWith(BagFolder.ZSTD)) {
            plain = copy(file);
            expand(file, plain);
        } else if (starts(file, SQLITE) && SqliteBag.hasJournal(file)) {
            plain = copy(file);
            Files.copy(file, plain, StandardCopyOption.REPLACE_EXISTING);
            for (String suffix : new String[] {"-wal", "-journal"}) {
                Path beside = SqliteBag.journal(file, suffix);
                if (Files.exists(beside)) {
                    Files.copy(beside, remember(SqliteBag.journal(plain, suffix)));
                }
            }
            remember(SqliteBag.journal(plain, "-shm"));
            SqliteBag.settle(plain);
        }
        if (!starts(plain, Mcap.magic()) && !starts(plain, SQLITE)) {
            throw InputException.of(file.toString(), "file type", "MCAP or a SQLite database", "another file", "");
        }
        return plain;
    }

    private Path copy(Path file) throws IOException {
        return remember(Files.createTempFile(scratch, ".copy-", "-" + file.getFileName()));
    }

    private Path remember(Path copy) {
        copies.add(copy);
        return copy;
    }

    private void expand(Path file, Path plain) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        try (InputStream in = Compression.zstd(Files.newInputStream(file)); OutputStream out = Files.newOutputStream(plain)) {
            int read;
            while ((read = part(file, in, block)) > 0) {
                if (Storage.freeBytes(scratch) < KEPT_FREE_BYTES) {
                    throw new InputException(file + ": no room to expand it in " + scratch + "; free space, or expand it with 'zstd -d'");
                }
                out.write(block, 0, read);
            }
        }
    }

    private static int part(Path file, InputStream in, byte[] block) {
        try {
            return in.readNBytes(block, 0, block.length);
        } catch (IOException e) {
            throw InputException.of(file.toString(), "compression", "zstd", "damaged data (" + e.getMessage() + ")", "");
        }
    }

    private static boolean starts(Path path, byte[] magic) {
        try (InputStream file = Files.newInputStream(path)) {
            return Arrays.equals(file.readNBytes(magic.length), magic);
        } catch (IOException e) {
            return false; // a directory, or nothing
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public BagReader.Scan read(BagReader.Visitor visitor) {
        BagReader.Scan all = new BagReader.Scan(true, 0, "", "");
        for (int i = 0; i < files.size(); i++) {
            Path original = folder.files().get(i);
            BagReader.Visitor numbered = numbered(visitor, i << FILE_BITS);
            BagReader.Scan part;
            try {
                part = starts(files.get(i), SQLITE) ? SqliteBag.read(files.get(i), folder.closed(), numbered)
                        : McapReader.read(files.get(i), numbered);
            } catch (InputException e) { // names the file that the user knows
                throw new InputException(e.getMessage().replace(files.get(i).toString(), original.toString()), e);
            }
            String cut = part.cut().isEmpty() || files.size() == 1 ? part.cut() : part.cut() + " of " + original.getFileName();
            all = new BagReader.Scan(all.closed() && part.closed(), all.messages() + part.messages(),
                    all.cut().isEmpty() ? cut : all.cut(), all.whole() ? part.remedy() : all.remedy());
        }
        return all;
    }

    /** Each file numbers its connections anew. */
    private static BagReader.Visitor numbered(BagReader.Visitor visitor, int base) {
        return new BagReader.Visitor() {
            @Override
            public void connection(BagConnection own) {
                visitor.connection(new BagConnection(base + own.id(), own.topic(), own.type(), own.md5(), own.definition(), own.encoding()));
            }

            @Override
            public void message(int connection, long timeNs, ByteBuffer message) {
                visitor.message(base + connection, timeNs, message);
            }
        };
    }

    @Override
    public void close() {
        for (Path copy : copies) {
            try {
                Files.deleteIfExists(copy);
            } catch (IOException e) {
                throw new InputException(copy + ": cannot be removed: " + e.getMessage(), e);
            }
        }
    }
}
