package dev.dpros.training.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a later process takes of a cache's file. */
class CacheFileTest {
    private static final int BLOCKS = 5;
    private static final long BYTES = 1000;
    private static final long SIZE = 8192 + BYTES;

    @TempDir
    private Path folder;
    private Path path;

    @BeforeEach
    void make() {
        path = folder.resolve("run/frames.cache");
        try (CacheFile file = open(7, BYTES)) {
            assertEquals("", file.discarded());
            file.write(200, new byte[] {1, 2, 3});
            file.store(1, 0x1234);
            file.store(4, -5);
        }
    }

    private CacheFile open(int data, long bytes) {
        byte[] fingerprint = new byte[CacheFile.FINGERPRINT_BYTES];
        fingerprint[3] = (byte) data;
        return new CacheFile(path, fingerprint, BLOCKS, bytes);
    }

    private void write(long at, int value) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            file.write(value);
        }
    }

    @Test
    void shouldTakeUpWhatWasStored() {
        try (CacheFile file = open(7, BYTES)) {
            assertEquals("", file.discarded());
            assertFalse(file.stored(0));
            assertTrue(file.stored(1) && file.stored(4));
            assertEquals(0x1234, file.checksum(1));
            assertEquals(-5, file.checksum(4));
            byte[] read = new byte[3];
            assertTrue(file.read(200, read, 0, 3));
            assertArrayEquals(new byte[] {1, 2, 3}, read);
            assertFalse(file.read(BYTES - 2, read, 0, 3));
            assertTrue(assertThrows(InputException.class, () -> open(7, BYTES)).getMessage()
                    .contains("frames.cache: cache of pictures: expected one that no other training uses, found one in use"));
        }
    }

    @Test
    void shouldRefuseMoreThanTheDiskHas() {
        String line = assertThrows(InputException.class, () -> open(7, 1L << 60)).getMessage();
        assertTrue(line.matches(".*frames.cache: free space for the cache of pictures: expected [\\d.]+ GB, found [\\d.]+ GB; free some, or set "
                + "cache.disk_gb lower or cache.folder to another disk"), line);
    }

    @ParameterizedTest
    @CsvSource({"0, it is no cache of pictures", "12, it is of other data or another size", "20, it is of other data or another size",
        "55, it is of other data or another size", "66, it is of other data or another size"})
    void shouldGiveUpAFileWhoseHeaderIsNotItsOwn(long at, String why) throws IOException {
        write(at, 0x5A);
        try (CacheFile file = open(7, BYTES)) {
            assertEquals(at == 12 ? "another version has made it" : why, file.discarded());
            assertFalse(file.stored(1) || file.stored(4));
            assertEquals(SIZE, Files.size(path));
        }
        try (CacheFile again = open(7, BYTES)) {
            assertEquals("", again.discarded());
        }
    }

    @Test
    void shouldGiveUpAFileOfOtherDataOrAnotherSize() throws IOException {
        try (CacheFile file = open(8, BYTES)) {
            assertEquals("it is of other data or another size", file.discarded());
            assertFalse(file.stored(1));
        }
        try (CacheFile file = open(8, BYTES + 1)) {
            assertEquals("it is of other data or another size", file.discarded());
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        try (CacheFile file = open(8, BYTES + 1)) {
            assertEquals("it has " + SIZE + " bytes instead of " + (SIZE + 1), file.discarded());
        }
        Files.writeString(path, "something else");
        try (CacheFile file = open(8, BYTES)) {
            assertEquals("it is no cache of pictures", file.discarded());
        }
    }

    @Test
    void shouldNotBelieveADamagedRecord() throws IOException {
        for (int at : new int[] {4096 + 16, 4096 + 16 + 5, 4096 + 4 * 16 + 9}) {
            write(at, 0x77);
        }
        try (CacheFile file = open(7, BYTES)) {
            assertEquals("", file.discarded());
            assertFalse(file.stored(1) || file.stored(4));
        }
    }

    @Test
    void shouldLeaveNothingWhereItIsDeleted() throws IOException {
        open(7, BYTES).delete();
        try (var left = Files.list(path.getParent())) {
            assertEquals(0, left.count());
        }
    }
}
