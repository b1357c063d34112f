package dev.dpros.metrics.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser. */
@Tag("realpeer")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DashboardPageTest {
    private static final String STATE = "document.getElementById('state').dataset.state";
    private static final String ESCAPE = "\uE00C";
    private static final String SHIFT = "\uE008";

    private static Browser browser;

    @TempDir
    private Path folder;
    private FakeNode node;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Browser.installed(), "chromium and chromedriver are not installed");
        browser = new Browser(1440, 1100);
    }

    @BeforeEach
    void open() throws Exception {
        node = new FakeNode(0, 7);
        browser.errors(); // those of the page before
        browser.open("http://127.0.0.1:" + node.server.port() + "/");
        browser.await(STATE + " === 'nominal'");
    }

    @AfterEach
    void close() throws Exception {
        browser.open("about:blank");
        node.close();
    }

    @AfterAll
    static void end() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void shouldShowFramesThatChangeWithThePlanOnThem() throws Exception {
        String sum = "(() => { const c = document.querySelector('.view canvas'); const d = c.getContext('2d')"
                + ".getImageData(0, 0, c.width, c.height).data; let s = 0; for (let i = 0; i < d.length; i += 16) s += d[i] * (i % 977);"
                + " return s; })()";
        browser.script("window.before = " + sum);
        browser.await(sum + " !== window.before");
        String pink = "(() => { const c = document.querySelector('.view canvas'); const d = c.getContext('2d')"
                + ".getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 0; i < d.length; i += 4)"
                + " if (d[i] > 200 && d[i + 1] < 60 && d[i + 2] > 100) n++; return n; })()";
        browser.await(pink + " > 100");
        assertEquals(List.of(), browser.errors());
        browser.screenshot(folder.resolve("page.png"));
        assertTrue(folder.resolve("page.png").toFile().length() > 10_000);
    }

    @Test
    void shouldNameAFrozenCameraAndItsHistory() throws Exception {
        node.freeze(true);
        browser.await(STATE + " === 'degraded'");
        browser.await("document.getElementById('state-reason').textContent === 'camera overhead frozen'");
        browser.await("document.querySelector('[data-camera=overhead] .note').textContent === 'image frozen'");
        browser.await("document.querySelector('#history li').innerText.includes('camera overhead frozen')");
    }

    @Test
    void shouldStopByKeyAndRefuseToStartUntilReset() throws Exception {
        browser.press(ESCAPE);
        browser.await(STATE + " === 'fault'");
        browser.script("document.querySelector('[data-action=start]').click()");
        browser.await("document.getElementById('message').textContent === 'Start: in fault: reset first'");
        browser.press(SHIFT, "R");
        browser.await(STATE + " === 'hold'");
        browser.press(SHIFT, "S");
        browser.await(STATE + " === 'nominal'");
        browser.await("document.getElementById('message').hidden");
    }

    @Test
    void shouldShowTheLatenciesOfTheMetrics() throws Exception {
        browser.await("document.querySelectorAll('#latency tr').length >= 9");
        browser.await("[...document.querySelectorAll('#latency tr')].some(r => r.children[0].textContent === 'denoising step'"
                + " && Math.abs(parseFloat(r.children[1].textContent) - 3.6) < 0.5)");
    }

    @Test
    void shouldSaySoWhenTheNodeIsGone() throws Exception {
        node.close();
        browser.await(STATE + " === 'unknown' && document.body.dataset.dead === 'true'");
        assertEquals("no answer from the node", browser.script("return document.querySelector('.note').textContent").asText());
        browser.script("document.querySelector('[data-action=record]').click()");
        browser.await("document.getElementById('message').textContent === 'Record: no answer from the node'");
        assertEquals(List.of("start", "reset", "record", "save", "success", "failure", "discard"), disabled());
        browser.await("document.getElementById('link-text').textContent === 'no answer from the node'");
    }

    private List<String> disabled() throws Exception {
        List<String> actions = new ArrayList<>();
        browser.script("return [...document.querySelectorAll('[aria-disabled=true]')].map(b => b.dataset.action)")
                .forEach(action -> actions.add(action.asText()));
        return actions;
    }

    @Test
    void shouldDisableWhatWouldBeRefusedAndSayWhy() throws Exception {
        assertEquals(List.of("start", "reset"), disabled());
        assertEquals("the policy drives already", browser.script("return document.querySelector('[data-action=start]').title").asText());
        browser.press(SHIFT, "S");
        browser.await("document.getElementById('message').textContent === 'Start: the policy drives already'");
        browser.press("x");
        browser.await(STATE + " === 'hold'");
        assertEquals(List.of(DashboardControls.Action.STOP), node.acted());
        browser.await("document.querySelector('[data-action=start]').title === 'Key: Shift+S'");
    }

    /** The first page that a node opens to has the curves of the time before; what is commanded is drawn where something is. */
    @Test
    void shouldDrawThePastAtOnceAndThePlanAsFuture() throws Exception {
        String count = "(name => { const c = document.querySelector('#joints canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                + " const e = document.createElement('canvas').getContext('2d'); e.fillStyle = getComputedStyle(document.documentElement)"
                + ".getPropertyValue('--' + name); e.fillRect(0, 0, 1, 1); const w = e.getImageData(0, 0, 1, 1).data; const at = [];"
                + " for (let i = 0; i < d.length; i += 4) if (d[i] === w[0] && d[i + 1] === w[1] && d[i + 2] === w[2]) at.push(i / 4 % c.width / c.width);"
                + " return at; })";
        browser.await("window.count = " + count + ", count('meas').some(x => x < 0.3)");
        browser.await("Math.min(...count('chunk')) > 0.8 && Math.min(...count('cmd')) < 0.3");
        assertTrue(browser.script("return Math.max(...count('cmd')) < 0.93 && Math.max(...count('meas')) < 0.93").asBoolean());
        browser.await("document.querySelector('#joints .meas').textContent !== '–' && document.querySelector('#joints .cmd').textContent !== '–'");
        node.command(false);
        browser.await("document.querySelector('#joints .cmd').textContent === '–' && !count('chunk').length");
    }

    @Test
    void shouldFitEveryWindowWithLongNames() throws Exception {
        try (FakeNode verbose = FakeNode.withLongNames()) {
            browser.open("http://127.0.0.1:" + verbose.port() + "/");
            browser.await("document.querySelectorAll('#latency tr').length >= 9 && document.querySelectorAll('.view').length === 2");
            browser.script("document.getElementById('message').hidden = false;"
                    + " document.getElementById('message').textContent = 'Start: ' + document.title.repeat(3)");
            List<String> faults = new ArrayList<>();
            for (int width : new int[] {400, 800, 1280}) {
                faults.addAll(PageLayout.faults(browser, width));
                assertTrue(browser.script("const [a, b] = [...document.querySelectorAll('.view')].map(v => v.getBoundingClientRect());"
                        + " return Math.abs(a.top - b.top) < 1 && a.right <= b.left && a.width > 140").asBoolean(), "cameras side by side at " + width);
            }
            assertEquals("", String.join("\n", faults));
        } finally {
            browser.viewport(1440, 1100);
            browser.open("about:blank");
        }
    }

    @Test
    void shouldFindWhatDoesNotFit() throws Exception {
        browser.script("document.getElementById('title').style.whiteSpace = 'nowrap'; const p = document.createElement('p');"
                + " p.textContent = 'x'.repeat(400); p.style.cssText = 'width: 90px; overflow: hidden; overflow-wrap: normal'; p.id = 'long';"
                + " document.querySelector('.camera').append(p)");
        assertTrue(PageLayout.faults(browser, 800).stream().anyMatch(fault -> fault.contains("cut at the side: p#long")));
        browser.viewport(1440, 1100);
    }

    @Test
    void shouldFitATabletInDarkAndNeedNoMouse() throws Exception {
        browser.press("t");
        browser.await("['light', 'dark'].includes(document.documentElement.dataset.theme)");
        assertTrue(browser.script("return document.documentElement.scrollWidth <= innerWidth").asBoolean());
        assertTrue(browser.script("return [...document.querySelectorAll('button')].every(b => b.tabIndex === 0"
                + " && b.textContent.trim() && b.offsetHeight >= 44)").asBoolean());
    }
}
