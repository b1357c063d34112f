package dev.dpros.datasets.rosbag2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.datasets.rosbag.BagReader;
import dev.dpros.recording.ExternalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of rosbag2 and its SQLite files: split, compressed, without metadata.yaml, left by a killed recorder. */
@Timeout(180)
class Rosbag2Test {
    /** Makes a database as rosbag2 does: python3 -c ... FILE VERSION FIRST COUNT MODE, where MODE is closed, open or wal. */
    private static final String DATABASE = """
            import os, sqlite3, struct, sys
            file, version, first, count, mode = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
            db = sqlite3.connect(file, isolation_level=None)
            db.execute('PRAGMA journal_mode=' + ('WAL' if mode == 'wal' else 'MEMORY'))
            db.execute('PRAGMA wal_autocheckpoint=0')
            if version >= 3:
                db.execute('CREATE TABLE schema(schema_version INTEGER PRIMARY KEY,ros_distro TEXT NOT NULL)')
                db.execute('CREATE TABLE metadata(id INTEGER PRIMARY KEY,metadata_version INTEGER NOT NULL,metadata TEXT NOT NULL)')
                db.execute("INSERT INTO metadata (metadata_version, metadata) VALUES (9, 'message_count: 0')")
            columns = 'id INTEGER PRIMARY KEY,name TEXT NOT NULL,type TEXT NOT NULL,serialization_format TEXT NOT NULL'
            columns += ',offered_qos_profiles TEXT NOT NULL' if version >= 2 else ''
            columns += ',type_description_hash TEXT NOT NULL' if version >= 4 else ''
            db.execute('CREATE TABLE topics(%s)' % columns)
            if version >= 4:
                db.execute('CREATE TABLE message_definitions(id INTEGER PRIMARY KEY,topic_type TEXT NOT NULL,encoding TEXT NOT NULL,'
                           'encoded_message_definition TEXT NOT NULL,type_description_hash TEXT NOT NULL)')
                db.execute("INSERT INTO message_definitions VALUES (1, 'std_msgs/msg/String', 'ros2msg', 'string data\\n', 'RIHS01_d')")
            db.execute('CREATE TABLE messages(id INTEGER PRIMARY KEY,topic_id INTEGER NOT NULL,timestamp INTEGER NOT NULL, data BLOB NOT NULL)')
            db.execute('CREATE INDEX timestamp_idx ON messages (timestamp ASC)')
            row = [3, '/a', 'std_msgs/msg/String', 'cdr'] + [''] * (version >= 2) + ['RIHS01_t'] * (version >= 4)
            db.execute('INSERT INTO topics VALUES (%s)' % ','.join('?' * len(row)), row)
            def text(k):
                data = ('message %d' % k).encode()
                return b'\\0\\1\\0\\0' + struct.pack('<I', len(data) + 1) + data + b'\\0'
            for k in range(first, first + count, 100):
                db.execute('BEGIN')
                for j in range(k, min(k + 100, first + count)):
                    db.execute('INSERT INTO messages (timestamp, topic_id, data) VALUES (?, ?, ?)', (1000 + j, 3, text(j)))
                db.execute('COMMIT')
            if mode != 'closed':
                os._exit(0)
            if version >= 3:
                db.execute("INSERT INTO metadata (metadata_version, metadata) VALUES (9, 'message_count: 1')")
            db.close()
            """;

    @TempDir
    private Path folder;
    private Path scratch;

    @BeforeEach
    void room() throws IOException {
        scratch = Files.createDirectory(folder.resolve("scratch"));
    }

    private Path database(String name, int version, int first, int count, String mode) throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import sqlite3");
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ExternalReader.python(DATABASE, file.toString(), "" + version, "" + first, "" + count, mode);
        return file;
    }

    private Path mcap(String name, int first, int count, boolean closed) throws IOException {
        TestMcap mcap = new TestMcap().add(TestMcap.schema(1, "std_msgs/msg/String", "ros2msg", "string data\n"))
                .add(TestMcap.channel(1, 1, "/a", "cdr", Map.of()));
        for (int k = first; k < first + count; k++) {
            mcap.add(TestMcap.message(1, 1000 + k, TestMcap.text("message " + k)));
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, closed ? mcap.closed() : mcap.open());
    }

    private Path metadata(Path bag, String mode, String... files) throws IOException {
        return Files.writeString(bag.resolve("metadata.yaml"), "rosbag2_bagfile_information:\n  version: 4\n  storage_identifier: any\n"
                + "  compression_format: '" + (mode.isEmpty() ? "" : "zstd") + "'\n  compression_mode: '" + mode + "'\n"
                + "  relative_file_paths:\n    - " + String.join("\n    - ", files) + "\n");
    }

    private void assertHolds(Path bag, int messages) throws IOException {
        assertTrue(Rosbag2.is(bag), bag.toString());
        BagReader.Scan scan = read(bag, messages);
        assertTrue(scan.whole(), scan.toString());
    }

    /** Reads a bag twice; it holds message 0 and those after it, and nothing stays in the scratch folder. */
    private BagReader.Scan read(Path bag, int messages) throws IOException {
        BagReader.Scan scan;
        try (Rosbag2 open = Rosbag2.open(bag, scratch)) {
            open.read(new Heard());
            Heard heard = new Heard();
            scan = open.read(heard);
            assertEquals(messages, scan.messages());
            for (int k = 0; k < messages; k++) {
                assertEquals(1000 + k + " /a message " + k, heard.texts.get(k));
            }
        }
        try (Stream<Path> left = Files.list(scratch)) {
            assertEquals(List.of(), left.toList());
        }
        return scan;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    @Tag("realpeer")
    void shouldReadDatabasesOfEveryVersion(int version) throws Exception {
        Path file = database("a ?journal_mode=WAL&b#\u00e4%41.db3", version, 0, 500, "closed");
        byte[] before = Files.readAllBytes(file);
        assertHolds(file, 500);
        assertTrue(Arrays.equals(before, Files.readAllBytes(file)));
        try (Rosbag2 open = Rosbag2.open(file, scratch)) {
            Heard heard = new Heard();
            open.read(heard);
            assertEquals(version == 4 ? "string data\n" : "", heard.connections.get(0).definition());
            assertEquals(version == 4 ? "RIHS01_t" : "", heard.connections.get(0).md5());
        }
    }

    @Test
    @Tag("realpeer")
    void shouldReadWhatAKilledRecorderLeftInTheWriteAheadLog() throws Exception {
        Path file = database("killed/killed?a=b%41_0.db3", 4, 0, 700, "wal");
        Path wal = file.resolveSibling("killed?a=b%41_0.db3-wal");
        assertTrue(Files.size(wal) > 0);
        byte[] before = Files.readAllBytes(file);
        byte[] walBefore = Files.readAllBytes(wal);
        BagReader.Scan scan = read(file.getParent(), 700);
        assertFalse(scan.closed());
        assertEquals("'ros2 bag reindex' makes its metadata.yaml", scan.remedy());
        assertTrue(Arrays.equals(before, Files.readAllBytes(file)) && Arrays.equals(walBefore, Files.readAllBytes(wal)));
        Files.delete(wal);
        assertThrows(InputException.class, () -> read(file, 0)); // nothing was ever moved into the file itself
    }

    @Test
    @Tag("realpeer")
    void shouldReadADatabaseThatWasNotClosedAsFarAsItGoes() throws Exception {
        Path file = database("open.db3", 4, 0, 2000, "open");
        assertFalse(read(file, 2000).closed());
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
        try (Rosbag2 open = Rosbag2.open(file, scratch)) {
            Heard heard = new Heard();
            BagReader.Scan scan = open.read(heard);
            assertTrue(scan.messages() > 500 && scan.messages() < 2000 && scan.messages() == heard.texts.size(), scan.toString());
            assertTrue(scan.cut().startsWith("a page after message " + scan.messages() + " ("), scan.cut());
        }
        Path closed = database("closed.db3", 4, 0, 2000, "closed");
        bytes = Files.readAllBytes(closed);
        Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 20_000, (byte) 0x55);
        Files.write(closed, bytes);
        InputException error = assertThrows(InputException.class, () -> read(closed, 0));
        assertTrue(error.getMessage().startsWith(closed + ": SQLite: expected a whole database of rosbag2, found "), error.getMessage());
    }

    @Test
    @Tag("realpeer")
    @Tag("long")
    void shouldReadOrRefuseDamagedDatabases() throws Exception {
        Path file = database("fuzz.db3", 4, 0, 300, "closed");
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(5);
        int refused = 0;
        for (int turn = 0; turn < 2000; turn++) {
            byte[] bytes = good.clone();
            for (int i = 0; i <= turn % 4; i++) {
                int at = turn % 2 == 0 ? random.nextInt(bytes.length) : random.nextInt(bytes.length / 4096) * 4096 + random.nextInt(64);
                bytes[at] = (byte) random.nextInt(256);
            }
            Files.write(file, bytes);
            try (Rosbag2 open = Rosbag2.open(file, scratch)) {
                open.read(new Heard());
            } catch (InputException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            }
        }
        assertTrue(refused > 100, refused + " refused");
    }

    @Test
    void shouldRefuseDatabasesOfOthers() throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import sqlite3");
        Path other = folder.resolve("other.db3");
        ExternalReader.python("import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('CREATE TABLE t(x)'); d.commit()", other.toString());
        InputException error = assertThrows(InputException.class, () -> read(other, 0));
        assertTrue(error.getMessage().endsWith("expected rosbag2's tables topics and messages, found none named topics"), error.getMessage());
        Path view = folder.resolve("view.db3");
        ExternalReader.python("import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('CREATE TABLE topics(id)');"
                + " d.execute('CREATE VIEW messages AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n AS id,"
                + " 1 AS topic_id, n AS timestamp, x\\'00\\' AS data FROM c'); d.commit()", view.toString());
        error = assertThrows(InputException.class, () -> read(view, 0));
        assertTrue(error.getMessage().endsWith("found none named messages"), error.getMessage());
    }

    @Test
    @Tag("realpeer")
    void shouldJoinSplitFilesInTheOrderOfTheirMetadata() throws Exception {
        database("split/split_0.db3", 2, 0, 150, "closed");
        database("split/split_1.db3", 2, 150, 150, "closed");
        Path bag = folder.resolve("split");
        metadata(bag, "", "split/split_0.db3", "split/split_1.db3"); // as old versions name them
        assertHolds(bag, 300);
        assertHolds(bag.resolve("split_0.db3"), 150);
    }

    @Test
    void shouldJoinTheFilesThatAKilledRecorderLeft() throws Exception {
        for (int i = 0; i < 12; i++) {
            mcap("killed/killed_" + i + ".mcap", i * 10, 10, i < 11);
        }
        Path bag = folder.resolve("killed");
        byte[] last = Files.readAllBytes(bag.resolve("killed_11.mcap"));
        Files.write(bag.resolve("killed_11.mcap"), Arrays.copyOf(last, last.length - 5));
        BagReader.Scan scan = read(bag, 119);
        assertFalse(scan.closed());
        assertTrue(scan.cut().matches("a record at byte \\d+ of killed_11.mcap"), scan.cut());
        Files.createFile(bag.resolve("killed_12.mcap")); // nothing was flushed yet
        assertEquals(scan, read(bag, 119));
    }

    @Test
    @Tag("realpeer")
    void shouldReadFilesCompressedWhole() throws Exception {
        Path file = database("packed/packed_0.db3", 3, 0, 200, "closed");
        mcap("packed/packed_1.mcap", 200, 50, true);
        Path bag = file.getParent();
        for (String name : new String[] {"packed_0.db3", "packed_1.mcap"}) {
            Files.write(bag.resolve(name + ".zstd"), Compression.zstd(Files.readAllBytes(bag.resolve(name))));
            Files.delete(bag.resolve(name));
        }
        metadata(bag, "FILE", "packed_0.db3.zstd", "packed_1.mcap.zstd");
        assertHolds(bag, 250);
        metadata(bag, "FILE", "packed_0.db3", "packed_1.mcap"); // some versions name them so
        assertHolds(bag, 250);
        assertHolds(bag.resolve("packed_0.db3.zstd"), 200);
        byte[] bytes = Files.readAllBytes(bag.resolve("packed_1.mcap.zstd"));
        Files.write(bag.resolve("packed_1.mcap.zstd"), Arrays.copyOf(bytes, bytes.length / 2));
        InputException error = assertThrows(InputException.class, () -> read(bag, 0));
        assertTrue(error.getMessage().startsWith(bag.resolve("packed_1.mcap.zstd") + ": compression: expected zstd, found damaged data ("),
                error.getMessage());
        read(folder.resolve("scratch/..").normalize().resolve("packed/packed_0.db3.zstd"), 200);
    }

    @Test
    void shouldNameWhatIsWrongWithMetadata() throws Exception {
        Path bag = mcap("bag/bag_0.mcap", 0, 3, true).getParent();
        metadata(bag, "", "bag_0.mcap", "bag_1.mcap");
        assertRefused(bag, "relative_file_paths: expected a file 'bag_1.mcap' beside it, found none; copy the whole folder");
        metadata(bag, "", "../../etc/passwd");
        assertRefused(bag, "relative_file_paths: expected a file '../../etc/passwd' beside it, found none; copy the whole folder");
        Files.writeString(bag.resolve("metadata.yaml"), "rosbag2_bagfile_information: {relative_file_paths: []}");
        assertRefused(bag, "relative_file_paths: expected the bag's files, found none; 'ros2 bag reindex' makes it anew");
        Files.writeString(bag.resolve("metadata.yaml"), "rosbag2_bagfile_information: [a\n - b: {");
        InputException error = assertThrows(InputException.class, () -> read(bag, 0));
        assertTrue(error.getMessage().startsWith(bag.resolve("metadata.yaml") + ": metadata: expected YAML, found "), error.getMessage());
        Files.writeString(bag.resolve("metadata.yaml"), "rosbag2_bagfile_information:\n  compression_mode: MESSAGE\n"
                + "  compression_format: brotli\n  relative_file_paths: [bag_0.mcap]");
        assertRefused(bag, "compression_format: expected zstd, found 'brotli'");
        Files.writeString(bag.resolve("bag_0.mcap"), "nonsense");
        metadata(bag, "", "bag_0.mcap");
        error = assertThrows(InputException.class, () -> read(bag, 0));
        assertEquals(bag.resolve("bag_0.mcap") + ": file type: expected MCAP or a SQLite database, found another file", error.getMessage());
    }

    private void assertRefused(Path bag, String line) {
        InputException error = assertThrows(InputException.class, () -> read(bag, 0));
        assertEquals(bag.resolve("metadata.yaml") + ": " + line, error.getMessage());
    }
}
