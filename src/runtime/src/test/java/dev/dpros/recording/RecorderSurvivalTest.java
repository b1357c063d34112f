package dev.dpros.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A recorder whose disk takes no more, in a child process whose shell limits how large a file may grow: the recording ends with
 * one line, and what was recorded is whole, though there is no room for the episode's end either.
 */
@Tag("long")
@Timeout(120)
class RecorderSurvivalTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"2048, 0", "2048, 100000", "4096, 700000"})
    void shouldEndTheEpisodeWholeAndSaySoOnceWhenTheDiskTakesNoMore(int blocks512, int imageBytes) throws Exception {
        Path said = dir.resolve("said");
        Path recordings = Files.createDirectory(dir.resolve("recordings"));
        Process child = new ProcessBuilder("/bin/sh", "-c", "ulimit -f " + blocks512 + "; exec \"$@\"", "sh",
                System.getProperty("java.home") + "/bin/java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp",
                System.getProperty("java.class.path"), FullDiskChild.class.getName(), recordings.toString(),
                String.valueOf(imageBytes)).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        assertEquals(0, child.waitFor(), () -> read(said).toString());
        List<String> lines = read(said);
        assertTrue(lines.contains("state FAULT"), lines::toString);
        assertTrue(lines.contains("ended 1"), lines::toString);
        assertEquals("closed", lines.get(lines.size() - 1));
        List<String> warnings = lines.stream().filter(line -> line.contains("recorder: the disk refused a write")).toList();
        assertEquals(1, warnings.size(), lines::toString);
        assertTrue(warnings.get(0).contains("File too large"), warnings::toString);
        assertTrue(warnings.get(0).contains("episode 0 was saved up to its last valid record"), warnings::toString);
        RecordingFixture.Contents contents = RecordingFixture.Contents.of(EpisodeStore.path(recordings, 0));
        assertTrue(contents.end.recovered());
        assertFalse(contents.counters.isEmpty());
        contents.counters.values().forEach(kept -> // whichever source came first may have taken all the room
                assertEquals(LongStream.range(0, kept.size()).boxed().toList(), kept));
        long most = blocks512 * 512L;
        long size = Files.size(EpisodeStore.path(recordings, 0));
        assertTrue(size > most - 2_000_000 && size > most / 4 && size <= most, "size " + size);
    }

    private static List<String> read(Path file) {
        try {
            return new ArrayList<>(Files.readAllLines(file));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
