package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The configurations in launch/: what stands there as a comment is the default, and the keys about motion are all mentioned. The one in
 * docs/ros2.md is read as it stands there.
 */
class ShippedConfigurationTest {
    private static final Pattern COMMENTED = Pattern.compile("(?m)^( +)# ([a-z_]+: )");
    private static final List<String> MENTIONED = List.of("enable_timeout_ms", "max_stamp_offset_ms", "measured", "at_rest", "take_up",
            "stamp", "first_point", "max_tracking_error", "tracking_window_ms");

    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"arm7.yaml", "pusht.yaml", "pusht_keypoints.yaml"})
    void shouldShowTheDefaultsOfTheKeysThatItLeavesAlone(String name) throws IOException {
        String text = Files.readString(Path.of("launch", name));
        String uncommented = COMMENTED.matcher(text).replaceAll("$1$2");
        for (String key : MENTIONED) {
            assertTrue(Pattern.compile("(?m)^ +" + key + ":").matcher(uncommented).find(), key);
        }
        RobotConfig plain = ConfigReader.read(Files.writeString(dir.resolve("plain.yaml"), text)).config();
        RobotConfig spelled = ConfigReader.read(Files.writeString(dir.resolve("spelled.yaml"), uncommented)).config();
        assertEquals(plain, spelled);
    }

    @Test
    void shouldReadTheConfigurationOfTheGuideToRos2() throws IOException {
        Matcher example = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(Path.of("docs/ros2.md")));
        assertTrue(example.find());
        RobotConfig config = ConfigReader.read(Files.writeString(dir.resolve("guide.yaml"), example.group(1))).config();
        assertEquals("ros2", config.node().transport());
        assertEquals(6, config.action().jointLimits().size());
        assertEquals(ActionSection.Stamp.ZERO, config.action().stamp());
        assertFalse(config.node().autostart(), "nothing moves unasked");
    }
}
