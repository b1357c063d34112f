package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.MainAccess;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.metrics.dashboard.PageLink;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import dev.dpros.simnode.PushTWorldNode;
import dev.dpros.simnode.WorldPace;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpros run --transport ros2} in the time of a simulated robot: its page drives it, an episode is recorded, all in that time. */
@Timeout(300)
class Ros2RunTest {
    private static final PushTWorldNode.Options USUAL = PushTWorldNode.Options.DEFAULT;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldDriveRecordAndBeTakenOverInSimulatedTime() throws Exception {
        int domain = DomainSettings.unoccupied().domainId();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path recordings = folder.resolve("recordings");
        URI page = URI.create("http://127.0.0.1:" + port);
        try (Ros2Node robot = Ros2Node.open(Ros2NodeConfig.local(domain, "pusht"));
                PushTWorldNode world = new PushTWorldNode(robot, new PushTWorldNode.Options(USUAL.robot(), new WorldPace(1, true),
                        USUAL.cameraHz(), USUAL.jointStateHz(), USUAL.firstSeed()))) {
            world.start();
            try (DprosProcess node = DprosProcess.inDomain(folder, domain, "run", "--transport", "ros2",
                    "--config", "launch/pusht.yaml", "--record", recordings.toString(), "--ros-args", "-p", "use_sim_time:=true",
                    "-p", "metrics.port:=" + port, "-p", "node.autostart:=false", "-p", "record.min_free_mb:=1")) {
                node.awaitText(" /arm_controller/command with ");
                try (PageLink link = new PageLink(page, "")) {
                    node.await("an episode begun", () -> link.act("record").equals("done"));
                    node.await("started", () -> link.act("start").equals("done"));
                    node.await("driven", () -> state(link).equals("nominal"));
                    takeOver(page, node, link);
                    node.await("driven again", () -> state(link).equals("nominal") && !human(link));
                    DprosProcess.pause(500); // some steps of the recording's grid
                    assertEquals("done", link.act("success"));
                    assertEquals("done", link.act("estop"));
                    node.await("stopped", () -> state(link).equals("fault"));
                }
                node.assertNoCrash();
            }
        }
        check(recordings);
    }

    private static String state(PageLink link) {
        JsonNode newest = link.view().state();
        return newest == null ? "" : newest.at("/safety/state").asText();
    }

    private static boolean human(PageLink link) {
        return link.view().state().toString().contains("human drives");
    }

    /** Drags in the camera's picture until the human drives, and half a second more. */
    private void takeOver(URI page, DprosProcess node, PageLink link) throws Exception {
        JsonNode session = new ObjectMapper().readTree(http.send(HttpRequest.newBuilder(page.resolve("/session")).build(), BodyHandlers.ofString()).body());
        String camera = session.at("/drives/0").asText();
        HttpRequest drag = HttpRequest.newBuilder(page.resolve("/drive")).header("X-Dpros-Session", session.get("key").asText())
                .POST(HttpRequest.BodyPublishers.ofString("{\"camera\": \"" + camera + "\", \"x\": 0.5, \"y\": 0.5}")).build();
        int after = 0;
        while (after < 10) {
            assertEquals("done", http.send(drag, BodyHandlers.ofString()).body().strip());
            DprosProcess.pause(50);
            after += human(link) ? 1 : 0;
            assertTrue(node.isAlive(), node::error);
        }
    }

    private static void check(Path recordings) {
        assertEquals(0, MainAccess.execute("dataset", "verify", recordings.toString()));
        JournalIndex index = JournalIndex.of(EpisodeStore.path(recordings, 0));
        for (String key : List.of("observation.image", "observation.state", "sent", "state", "command")) {
            assertTrue(index.track(key).count() > 0 && index.track(key).info().isRos2(), key);
        }
        try (EpisodeDataset recorded = MainAccess.journals(recordings); EpisodeDataset.Episode episode = recorded.episode(0)) {
            assertEquals(true, episode.success());
            long human = IntStream.range(0, episode.length()).filter(episode::intervention).count();
            assertTrue(human >= 3 && human < episode.length(), human + " of " + episode.length());
            assertFalse(episode.intervention(episode.length() - 1), "the policy drove last");
        }
    }
}
