package dev.dpros.cli.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.MainAccess;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FanCommandTest {
    @TempDir
    private Path folder;

    @Test
    void shouldShowThatThePolicyCommitsToOneOfTwoWaysRoundTheBlock() throws Exception {
        Path picture = folder.resolve("fan.png");
        Path json = folder.resolve("fan.json");
        assertEquals(0, MainAccess.execute("fan", "--policy", "models/pusht_keypoints", "--pose", "171.1,340.9,256,256,3.927",
                "--samples", "24", "--output", picture.toString(), "--json", json.toString()));
        JsonNode fan = new ObjectMapper().readTree(json.toFile());
        assertEquals(24, fan.get("chunks").size());
        assertTrue(fan.get("apart_px").asDouble() > 4 * fan.get("within_px").asDouble(), fan::toString);
        BufferedImage drawn = ImageIO.read(picture.toFile());
        assertEquals(576, drawn.getWidth());
        int coloured = 0;
        for (int i = 0; i < 576 * 576; i++) {
            int rgb = drawn.getRGB(i % 576, i / 576) & 0xffffff;
            coloured += rgb == 0xC2185B || rgb == 0x1565C0 ? 1 : 0;
        }
        assertTrue(coloured > 200, "" + coloured);
    }

    @Test
    void shouldRefuseAPoseThatIsNone() {
        assertEquals(2, MainAccess.execute("fan", "--policy", "models/pusht_keypoints", "--pose", "1,2,3"));
    }
}
