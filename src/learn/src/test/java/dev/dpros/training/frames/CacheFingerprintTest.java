package dev.dpros.training.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dpros.core.FeatureSpec;
import dev.dpros.training.data.ReplayData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that changed behind a link are other data. */
class CacheFingerprintTest {
    @TempDir
    private Path folder;

    private static byte[] of(Path dataset) {
        FeatureSpec action = FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 1);
        ReplayData data = new ReplayData("data", List.of(action), new int[] {2}, Map.of("action", new float[2]), Map.of());
        CachePlan plan = new CachePlan(new PictureBlocks(List.of(new int[] {2}), new int[] {3}), 1000, 1, (part, episode) -> true, 0);
        return CacheFingerprint.of(plan, List.of(new PictureSource(dataset, null, new int[] {0})), List.of(data));
    }

    @Test
    void shouldSeeFilesBehindLinksToFolders() throws IOException {
        Path disk = Files.createDirectories(folder.resolve("disk/videos"));
        Path film = Files.writeString(disk.resolve("0.mp4"), "blue for red");
        Path whole = Files.createSymbolicLink(folder.resolve("current"), folder.resolve("disk"));
        Path part = Files.createDirectory(folder.resolve("part"));
        Files.createSymbolicLink(part.resolve("videos"), disk);
        byte[] first = of(whole);
        byte[] second = of(part);
        assertArrayEquals(first, of(whole));
        Files.writeString(film, "red for red");
        assertFalse(Arrays.equals(first, of(whole)), "the data set is a link");
        assertFalse(Arrays.equals(second, of(part)), "a folder in it is a link");
    }
}
