package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.cli.MainAccess;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.faults.FaultyTopic;
import dev.dpros.metrics.PrometheusPeer;
import dev.dpros.metrics.dashboard.Browser;
import dev.dpros.metrics.dashboard.PageLayout;
import dev.dpros.metrics.dashboard.PageLink;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.simnode.PushTWorldNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The live page of one control node that drives the simulated robot, in a real browser and scraped by a real Prometheus: the
 * demo's parts, with a camera that can be spoiled on its way.
 */
@Tag("realpeer")
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class LivePageTest {
    private static final String STATE = "document.getElementById('state').dataset.state";
    private static final String REASON = "document.getElementById('state-reason').textContent";
    private static final String ESCAPE = "\uE00C";
    private static final String SHIFT = "\uE008";
    /** Where the documents' pictures of the page are written, if this run is to write them. */
    private static final String PICTURES = System.getProperty("dpros.pictures", "");
    /** Sum of some of the camera canvas's bytes. */
    private static final String PICTURE = "(() => { const c = document.querySelector('.view canvas'); const d = c.getContext('2d')"
            + ".getImageData(0, 0, c.width, c.height).data; let s = 0; for (let i = 0; i < d.length; i += 16) s += d[i] * (i % 977);"
            + " return s; })()";

    @TempDir
    private static Path folder;

    private EmbeddedMaster master;
    private RosNode world;
    private PushTWorldNode robot;
    private RosNode relay;
    private FaultyTopic camera;
    private DprosProcess node;
    private Browser browser;
    private PrometheusPeer prometheus;
    private int port;

    @BeforeAll
    void start() throws Exception {
        assumeTrue(Browser.installed(), "chromium and chromedriver are not installed");
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        world = RosNode.connect(new RosNodeConfig(master.uri(), null, "pusht", "/", Map.of("/camera/image_raw", "/sim/camera"),
                Map.of(), null));
        robot = new PushTWorldNode(world, PushTWorldNode.Options.DEFAULT);
        robot.start();
        relay = RosNode.connect(RosNodeConfig.local(master.uri(), "spoiler"));
        camera = new FaultyTopic(relay, "/sim/camera", "/camera/image_raw", "sensor_msgs/Image");
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        node = DprosProcess.start(folder, master.uri(), "run", "--config", "launch/pusht.yaml", "_metrics/port:=" + port,
                "_node/autostart:=true",
                "--record", folder.resolve("recordings").toString(), "_record/min_free_mb:=1");
        node.awaitText(" /arm_controller/command with ");
        prometheus = PrometheusPeer.installed() ? new PrometheusPeer(folder, port) : null; // scrapes while the page is looked at
        browser = new Browser(1440, 1180);
        browser.open("http://127.0.0.1:" + port + "/");
    }

    @AfterAll
    void end() throws Exception {
        for (AutoCloseable part : new AutoCloseable[] {browser, prometheus, node, camera, relay, robot, world, master}) {
            if (part != null) {
                part.close();
            }
        }
    }

    @Test
    void shouldShowADrivingRobotItsFaultsAndItsStop() throws Exception {
        try (RobotWatch watch = new RobotWatch(master.uri())) {
            browser.await(STATE + " === 'nominal'");
            browser.script("window.before = " + PICTURE);
            browser.await(PICTURE + " !== window.before");
            showsPlanAndFan();
            showsTheLatenciesOfTheMetrics();
            showsTheEpisode();
            browser.screenshot(Path.of("target", "live-page.png"));
            fitsEveryWindow();
            recordsAnEpisode();
            suitsFoxglove();
            takesOverWithThePointer(watch);
            camera.set(FaultyTopic.Fault.FREEZE);
            browser.await(STATE + " !== 'nominal' && " + REASON + ".includes('camera')");
            browser.await("document.querySelector('#history').innerText.includes('camera frozen: /camera/image_raw')");
            camera.set(FaultyTopic.Fault.NONE);
            browser.await(STATE + " === 'nominal'");

            watch.awaitMotion();
            browser.press(ESCAPE);
            browser.await(STATE + " === 'fault' && " + REASON + ".startsWith('emergency stop')");
            watch.awaitRest();
            browser.await("document.querySelector('[data-action=start]').getAttribute('aria-disabled') === 'true'");
            browser.press(SHIFT, "S");
            browser.await("document.getElementById('message').textContent.includes('reset')");
            assertEquals("fault", browser.script("return " + STATE).asText());
            browser.press(SHIFT, "R");
            browser.await(STATE + " === 'hold'");
            browser.press(SHIFT, "S");
            browser.await(STATE + " === 'nominal'");
            watch.awaitMotion();
        }
        assertEquals(List.of(), browser.errors().stream().filter(error -> !error.contains("409 (Conflict)")).toList());
    }

    /** What the world says of its episode, which input a camera feeds, what is commanded, and a button that cannot work now. */
    private void showsTheEpisode() throws Exception {
        String facts = "[...document.querySelectorAll('#facts div')].map(d => d.innerText.replace(/\\s+/, ' '))";
        browser.await(facts + ".some(f => /^episode \\d+, seed \\d+$/.test(f)) && "
                + facts + ".some(f => /^reward [01]\\.\\d{3}$/.test(f))");
        browser.await("document.querySelector('.view figcaption').textContent === 'camera/image_raw observation.image'");
        browser.await("parseFloat(document.querySelector('#joints .cmd').textContent) > 0");
        String refused = "document.querySelector('[data-action=save]').title";
        assertEquals("nothing is being recorded", browser.script("return " + refused).asText());
    }

    private void fitsEveryWindow() throws Exception {
        List<String> faults = new ArrayList<>();
        for (int width : new int[] {400, 800, 1280}) {
            faults.addAll(PageLayout.faults(browser, width));
        }
        assertEquals("", String.join("\n", faults));
        if (!PICTURES.isEmpty()) {
            for (String theme : List.of("light", "dark")) {
                PageLayout.show(browser, 1280, theme);
                browser.viewport(1280, browser.script(
                        "return Math.ceil(document.querySelector('.joints').getBoundingClientRect().bottom + scrollY + 10)").asInt());
                DprosProcess.pause(4_000);
                browser.smallScreenshot(Path.of(PICTURES, "page-" + theme + ".png"));
            }
        }
        browser.viewport(1440, 1180);
    }

    /** The layout that is shipped shows what an exported episode has, and what these nodes publish. */
    private void suitsFoxglove() throws Exception {
        FoxgloveLayout layout = new FoxgloveLayout(Path.of("ros/foxglove/pusht.json"));
        layout.assertWhole();
        Path exported = folder.resolve("mcap");
        assertEquals(0, MainAccess.execute("dataset", "export", folder.resolve("recordings").toString(), "--format", "mcap",
                "--output", exported.toString()));
        layout.assertShows(exported.resolve("episode_000000").resolve("episode_000000_0.mcap"), relay,
                Set.of("/diagnostics", "/pusht/coverage", "/pusht/reward", "/rosout"));
    }

    private void recordsAnEpisode() throws Exception {
        String recorder = "document.getElementById('recording').textContent";
        browser.await(recorder + ".startsWith('idle')");
        browser.press("c");
        browser.await("/^recording, episode 0, [1-9]/.test(" + recorder + ")");
        browser.press("b");
        browser.await(recorder + ".startsWith('idle, episode 0')");
        assertEquals(1, EpisodeStore.episodes(folder.resolve("recordings")).size());
        assertEquals(0, MainAccess.execute("dataset", "verify", folder.resolve("recordings").toString()));
    }

    /** Drags the agent round while an episode is recorded; in the dataset those steps are interventions. */
    private void takesOverWithThePointer(RobotWatch watch) throws Exception {
        String recorder = "document.getElementById('recording').textContent";
        browser.press("c");
        browser.await("/^recording, episode 1, [1-9]/.test(" + recorder + ")");
        browser.dragRound(".view canvas", 0.3, 2_000);
        browser.await("!" + recorder + ".includes('human drives') && " + STATE + " === 'nominal'");
        watch.awaitMotion();
        DprosProcess.pause(500);
        browser.press("v");
        browser.await(recorder + ".startsWith('idle, episode 1')");
        try (EpisodeDataset recorded = MainAccess.journals(folder.resolve("recordings"));
                EpisodeDataset.Episode episode = recorded.episode(1)) {
            long human = IntStream.range(0, episode.length()).filter(episode::intervention).count();
            assertTrue(human >= 20 && human <= episode.length() - 8, human + " of " + episode.length());
            assertFalse(episode.intervention(2), "the policy drove first");
            assertFalse(episode.intervention(episode.length() - 1), "and last");
        }
    }

    /** The plan's line in the picture, and the other samples in the data behind it. */
    private void showsPlanAndFan() throws Exception {
        String pink = "(() => { const c = document.querySelector('.view canvas'); const d = c.getContext('2d')"
                + ".getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 0; i < d.length; i += 4)"
                + " if (d[i] > 200 && d[i + 1] < 60 && d[i + 2] > 100) n++; return n; })()";
        browser.await(pink + " > 50");
        try (PageLink link = new PageLink(URI.create("http://127.0.0.1:" + port), "")) {
            long until = System.nanoTime() + 60_000_000_000L;
            while (link.view().state() == null || link.view().state().at("/overlays/0/fan").size() != 8) {
                assertTrue(System.nanoTime() < until, () -> "no fan: " + link.view().state());
                DprosProcess.pause(20);
            }
            assertEquals(30, link.view().state().at("/overlays/0/fan/0").size());
        }
    }

    private static String row(String stage) {
        return "document.querySelector('#latency tr[data-stage=" + stage + "]')";
    }

    /** The table's p99 of the last ten seconds and the exported one, read together, agree within one refresh of the table. */
    private void showsTheLatenciesOfTheMetrics() throws Exception {
        List<String> stages = List.of("inference", "tick_duration", "end_to_end");
        for (String stage : stages) {
            browser.await(row(stage) + " !== null");
        }
        browser.script("window.seen = {}; window.exported = {}; window.timer = setInterval(async () => {"
                + " const text = await (await fetch('/metrics')).text();"
                + " for (const stage of ['" + String.join("', '", stages) + "']) {"
                + " const found = text.match(`dpros_window_latency_seconds\\\\{quantile=\"0.99\",source=\"\",stage=\"${stage}\"\\\\} (\\\\S+)`);"
                + " (exported[stage] ||= []).push(1e3 * parseFloat(found[1]));"
                + " (seen[stage] ||= []).push(parseFloat(document.querySelector(`#latency tr[data-stage=${stage}]`).children[2].textContent)); } }, 200)");
        for (String stage : stages) {
            browser.await("(seen." + stage + " || []).some(s => exported." + stage + ".some(e => Math.abs(s - e) <= 0.006 * e))");
        }
        browser.script("clearInterval(window.timer)");
    }

    @Test
    void shouldGivePrometheusEverySeriesThatDashboardAndRulesUse() throws Exception {
        assumeTrue(prometheus != null, "prometheus is not installed");
        prometheus.assertEverySeriesExists();
    }
}
