package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertEquals(Storage.UNKNOWN, Storage.freeBytes(missing));
    }
}
