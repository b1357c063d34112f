package dev.dpros.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.Finding;
import dev.dpros.core.Finding.Grade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a machine, with a folder in place of {@code /proc}; and the table that says it. */
class MachineCheckTest {
    @TempDir
    private Path folder;

    private static RobotConfig config(Map<String, Object> more) {
        return ConfigReader.read(Path.of("launch/pusht_keypoints.yaml"), Layer.settings("test", more)).config();
    }

    private Finding of(String subject, Map<String, Object> more) {
        return new MachineCheck(folder).findings(config(more), List.of(folder.resolve("not/yet/there"))).stream()
                .filter(finding -> finding.subject().equals(subject)).findFirst().orElseThrow();
    }

    private void limits(String locked, String capabilities) throws IOException {
        Files.createDirectories(folder.resolve("self"));
        Files.writeString(folder.resolve("self/limits"), "Limit                     Soft Limit           Hard Limit           Units\n"
                + "Max locked memory         " + locked + "                8388608              bytes\n");
        Files.writeString(folder.resolve("self/status"), "Name:\tjava\nCapEff:\t" + capabilities + "\n");
    }

    @Test
    void shouldTellWhetherMemoryMayBeLocked() throws IOException {
        assertEquals(Grade.NOTE, of("memory locking", Map.of()).grade(), "no such file: nothing is known");
        limits("8388608", "0000000000000000");
        Finding refused = of("memory locking", Map.of());
        assertEquals(Grade.WARNING, refused.grade());
        assertTrue(refused.found().startsWith("the limit is 8388608 bytes"), refused.found());
        limits("unlimited", "0000000000000000");
        assertEquals(Grade.OK, of("memory locking", Map.of()).grade());
        limits("8388608", "0000000000004000");
        assertEquals(Grade.OK, of("memory locking", Map.of()).grade(), "CAP_IPC_LOCK");
        assertEquals(Grade.NOTE, of("real-time rights", Map.of("control", Map.of("realtime_priority", false))).grade());
    }

    @Test
    void shouldTellWhetherThereIsRoom() {
        assertEquals(Grade.OK, of("disk", Map.of("record", Map.of("min_free_mb", 0))).grade());
        Finding full = of("disk", Map.of("record", Map.of("min_free_mb", 100_000_000)));
        assertEquals(Grade.WARNING, full.grade());
        assertTrue(full.found().contains("not/yet/there"), full.found());
    }

    @Test
    void shouldFindTheMarksOfGuesses() throws IOException {
        Path file = Files.writeString(folder.resolve("robot.yaml"), "a: 1  # not in the URDF: check\nb: 2  # to check\nc: 3 # checked: yes\n");
        List<Finding> found = Marks.in(file);
        assertEquals(1, found.size());
        assertEquals("1 marked with 'check' in robot.yaml, line 1", found.get(0).found());
        assertEquals(List.of(), Marks.in(Files.writeString(file, "a: 1\n")));
    }

    @Test
    void shouldPrintATableThatKeepsToItsWidth() {
        List<Finding> findings = List.of(Finding.ok("domain", "7"), Finding.warning("receive buffer", "small ".repeat(20).strip(), "raise it"));
        String text = FindingTable.text(findings, 60);
        assertEquals("ok       domain          7", text.lines().findFirst().orElseThrow());
        assertTrue(text.lines().allMatch(line -> line.length() <= 60), text);
        assertTrue(text.endsWith("                         -> raise it\n"), text);
        assertEquals("1 warning", FindingTable.summary(findings));
        assertEquals("nothing stands in the way", FindingTable.summary(findings.subList(0, 1)));
    }
}
