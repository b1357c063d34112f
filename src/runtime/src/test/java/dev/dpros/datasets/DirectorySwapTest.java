package dev.dpros.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class DirectorySwapTest {
    @TempDir
    private Path folder;

    private Path directory(String name, String content) throws IOException {
        Path made = Files.createDirectory(folder.resolve(name));
        Files.writeString(made.resolve("file"), content);
        return made;
    }

    @Test
    void shouldReplaceADirectoryThroughALink() throws IOException {
        Path real = directory("real", "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        PartialDirectory partial = PartialDirectory.openBeside(PartialDirectory.whole(link), "one");
        Files.writeString(partial.directory().resolve("file"), "new");
        assertEquals("old", Files.readString(link.resolve("file")));
        partial.replace();
        assertEquals("new", Files.readString(link.resolve("file")));
        assertFalse(Files.exists(folder.resolve(".real.partial")));
    }

    @Test
    void shouldTakeBackWhatWasAsideWhenItWasCutOff() throws IOException {
        Path target = folder.resolve("set");
        directory(".set.before", "old");
        assertEquals(folder.toRealPath().resolve("set"), PartialDirectory.whole(target));
        assertEquals("old", Files.readString(target.resolve("file")));
        assertThrows(InputException.class, () -> PartialDirectory.whole(folder.resolve("nowhere")));
    }
}
