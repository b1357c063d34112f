package dev.dpros.metrics.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
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
        String sum = "(() => { const c = document.getElementById('camera'); const d = c.getContext('2d')"
                + ".getImageData(0, 0, c.width, c.height).data; let s = 0; for (let i = 0; i < d.length; i += 16) s += d[i] * (i % 977);"
                + " return s; })()";
        browser.script("window.before = " + sum);
        browser.await(sum + " !== window.before");
        String pink = "(() => { const c = document.getElementById('camera'); const d = c.getContext('2d')"
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
        browser.await("document.getElementById('camera-note').textContent === 'image frozen'");
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
        browser.await(STATE + " === 'unknown'");
        browser.await("document.getElementById('link-text').textContent === 'no answer from the node'");
    }

    @Test
    void shouldFitATabletInDarkAndNeedNoMouse() throws Exception {
        browser.press("t");
        browser.await("['light', 'dark'].includes(document.documentElement.dataset.theme)");
        assertTrue(browser.script("return document.documentElement.scrollWidth <= innerWidth").asBoolean());
        assertTrue(browser.script("return [...document.querySelectorAll('button')].every(b => b.tabIndex === 0"
                + " && b.textContent.trim() && (b.closest('.tabs') || b.offsetHeight >= 44))").asBoolean());
    }
}
