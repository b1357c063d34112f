package dev.dpros.dataview;

import static dev.dpros.metrics.RawHttp.get;
import static dev.dpros.metrics.RawHttp.post;
import static dev.dpros.metrics.RawHttp.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The page's answers over real sockets. */
@Execution(ExecutionMode.CONCURRENT)
class DatasetPageTest {
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger decoded = new AtomicInteger();
    private final DatasetPage page = new DatasetPage(() -> new TestDataset(open, decoded), 0, 1);

    @AfterEach
    void close() {
        page.close();
        assertEquals(0, open.get(), "episodes left open");
    }

    private byte[] bytes(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + page.port() + path).toURL().openConnection();
        assertEquals(200, connection.getResponseCode(), path);
        return connection.getInputStream().readAllBytes();
    }

    private JsonNode json(String path) throws IOException {
        return new ObjectMapper().readTree(bytes(path));
    }

    @Test
    void shouldTellColumnsEpisodesAndWhatIsNotRead() throws IOException {
        JsonNode dataset = json("/dataset");
        assertEquals(4, dataset.get("episodes").asInt());
        assertEquals(1, dataset.get("start").asInt());
        assertEquals("[3,24,32]", dataset.at("/columns/0/shape").toString());
        JsonNode facts = json("/episode/0");
        assertEquals(TestDataset.HOSTILE, facts.get("task").asText());
        assertEquals("[{\"from\":30,\"to\":60}]", facts.get("human").toString());
        assertEquals(List.of("observation.state", "action", "next.reward"), facts.get("series").findValuesAsText("name"));
    }

    @Test
    void shouldSendCurvesAsTheyAre() throws IOException {
        ByteBuffer values = ByteBuffer.wrap(bytes("/values/3/1")).order(ByteOrder.LITTLE_ENDIAN);
        int length = TestDataset.LENGTH + 30;
        assertEquals(2 * 4 * length, values.remaining());
        assertEquals(1e17f * (float) Math.sin(1.1 + 3), values.getFloat(4 * 11));
        assertTrue(Float.isNaN(values.getFloat(4 * (length + 7))));
        assertEquals(119, values.getFloat(4 * (2 * length - 1)));
        assertEquals(0.5f, ByteBuffer.wrap(bytes("/values/3/2")).order(ByteOrder.LITTLE_ENDIAN).getFloat(4 * 50));
    }

    @Test
    void shouldDecodeThePictureOfAStepWhenItIsAskedFor() throws IOException {
        BufferedImage small = ImageIO.read(new java.io.ByteArrayInputStream(bytes("/picture/3/0/40")));
        assertEquals(0xFF500096, small.getRGB(31, 23));
        BufferedImage large = ImageIO.read(new java.io.ByteArrayInputStream(bytes("/picture/3/1/40")));
        assertEquals(320, large.getWidth());
        assertTrue(Math.abs((large.getRGB(100, 100) >> 16 & 255) - 80) < 6, "JPEG");
        assertEquals(2, decoded.get());
    }

    @Test
    void shouldSurveyTheWholeAndGoOnAfterDamage() throws Exception {
        JsonNode survey = json("/survey");
        while (!survey.get("done").asBoolean()) {
            Thread.sleep(5);
            survey = json("/survey");
        }
        assertEquals(List.of("observation.state[shoulder_pan_joint_position]", "observation.state[<i>elbow</i>]", "action[0]", "action[1]"),
                survey.get("columns").findValuesAsText("name"));
        assertEquals(3 * TestDataset.LENGTH + 40 - 3, survey.at("/columns/1/values/count").asInt());
        assertEquals(3, survey.at("/columns/1/values/notFinite").asInt());
        assertEquals(3, survey.at("/lengths/count").asInt());
        assertEquals("[{\"key\":\"wrist\",\"topic\":\"/wrist/image\",\"messages\":270,\"leastHz\":30.0,\"mostHz\":33.0,\"longestGapMs\":69.7,"
                + "\"gapIn\":\"episode 3\",\"dropped\":6}]", survey.get("rates").toString());
        assertEquals("[\"total_frames: expected 5, found 6\"]", survey.get("findings").toString());
        JsonNode rows = json("/episodes/0");
        assertEquals("episode_2: checksum: expected 1, found 2", rows.at("/2/fault").asText());
        assertEquals(1, json("/episodes/3").size());
        assertEquals(0, json("/episodes/999999999").size());
    }

    @Test
    void shouldRefuseWhatIsNotThere() throws IOException {
        for (String path : List.of("/episode/4", "/episode/999999999", "/values/0/3", "/picture/0/2/0", "/picture/0/9/0", "/picture/0/0/90", "/texts/0/90")) {
            assertEquals(404, status(get(page.port(), path, "Host: localhost")), path);
        }
        for (String path : List.of("/episode/", "/episode/-1", "/episode/1/2", "/episode/9999999999", "/picture/0/0", "/picture/0/0/..%2f..%2fetc",
                "/picture/../../etc/passwd", "/values/a/b", "/survey/1", "/view/../view.js", "/metrics", "/session")) {
            assertEquals(404, status(get(page.port(), path, "Host: localhost")), path);
        }
        assertTrue(get(page.port(), "/picture/1/0/5", "Host: localhost").contains("409") && get(page.port(), "/picture/1/0/5", "Host: localhost")
                .endsWith("film.mp4: <b>frame 5</b> is damaged\n"));
        assertEquals(409, status(get(page.port(), "/episode/2", "Host: localhost")));
        assertEquals(200, status(get(page.port(), "/episode/3", "Host: localhost")));
    }

    @Test
    void shouldHaveTheLivePagesDoors() throws IOException {
        assertEquals(403, status(get(page.port(), "/dataset", "Host: evil.example")));
        assertEquals(403, status(post(page.port(), "/dataset", "Host: localhost")));
        String first = get(page.port(), "/", "Host: localhost");
        assertTrue(first.contains("default-src 'self'") && first.contains("view.js"), first);
    }

    @Test
    void shouldSayWhenPortOrEpisodeCannotBe() {
        assertEquals("--episode: number: expected 0 to 3, found 4",
                assertThrows(InputException.class, () -> new DatasetPage(() -> new TestDataset(open, decoded), 0, 4)).getMessage());
        String taken = assertThrows(InputException.class, () -> new DatasetPage(() -> new TestDataset(open, decoded), page.port(), 0)).getMessage();
        assertTrue(taken.startsWith("page: port " + page.port()) && taken.endsWith("choose another with --port, or 0 for any"), taken);
    }
}
