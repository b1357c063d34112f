package dev.dpros.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
    @Test
    void shouldKnowTheFreeSpaceOfAFolder(@TempDir Path folder) {
        long free = Storage.freeBytes(folder);
        assertTrue(free > 0 && free < Storage.UNKNOWN, "free: " + free);
    }

    @Test
    void shouldTakeWhatTheSystemDoesNotTellAsUnknown(@TempDir Path folder) {
        Path missing = folder.resolve("missing");
        assertFalse(Storage.inMemory(missing));
        assertEquals(Storage.UNKNOWN, Storage.freeBytes(missing));
    }

    @Test
    void shouldKnowAFolderInMemory() throws Exception {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isDirectory(memory) && Files.readString(Path.of("/proc/mounts")).contains(" /dev/shm tmpfs "), "no /dev/shm");
        assertTrue(Storage.inMemory(memory));
    }
}
