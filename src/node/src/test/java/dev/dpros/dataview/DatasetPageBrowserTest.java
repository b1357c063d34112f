package dev.dpros.dataview;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.metrics.dashboard.Browser;
import dev.dpros.metrics.dashboard.PageLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A data set's page in a real browser. */
@Tag("realpeer")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DatasetPageBrowserTest {
    private static final String RIGHT = "\uE014";
    private static final String END = "\uE010";
    private static final String SHIFT = "\uE008";
    /** The red of the first camera's picture: twice the step. */
    private static final String RED = "document.querySelector('.view canvas').getContext('2d').getImageData(3, 3, 1, 1).data[0]";

    private static Browser browser;
    private static DatasetPage page;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Browser.installed(), "chromium and chromedriver are not installed");
        browser = new Browser(1280, 1000);
        AtomicInteger count = new AtomicInteger();
        page = new DatasetPage(() -> new TestDataset(count, count), 0, 0);
    }

    @BeforeEach
    void open() throws Exception {
        browser.open("about:blank");
        browser.errors();
        browser.open("http://127.0.0.1:" + page.port() + "/");
        browser.await("window.view && view.index === 0 && document.querySelectorAll('#columns tr').length === 4"
                + " && document.querySelectorAll('#episodes button').length === 4");
    }

    @AfterAll
    static void end() throws Exception {
        if (page != null) {
            page.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void shouldShowStrangersTextsAsTexts() throws Exception {
        browser.await("document.querySelector('.view canvas').dataset.step === '0'");
        assertEquals(TestDataset.HOSTILE, browser.script("return document.getElementById('task').textContent").asText());
        assertEquals("/data/<script>alert(1)</script>", browser.script("return document.title").asText());
        assertTrue(browser.script("return !document.querySelector('main img, main i:not([class]) i, main u, main b b, main script')").asBoolean());
        browser.await("document.getElementById('findings').textContent.includes('<b>uint16</b>')");
        assertEquals("success", browser.script("return document.querySelector('#labels dd').textContent").asText());
        assertEquals(List.of(), browser.errors());
    }

    @Test
    void shouldScrubByKeysSliderAndCurve() throws Exception {
        browser.press(RIGHT);
        browser.await("view.step === 1 && Math.abs(" + RED + " - 2) < 2");
        browser.press(SHIFT, RIGHT);
        browser.await("view.step === 31 && Math.abs(" + RED + " - 62) < 2");
        browser.await("document.getElementById('labels').innerText.includes('a human')");
        browser.script("const s = document.getElementById('slider'); s.value = 50; s.dispatchEvent(new Event('input'))");
        browser.await("view.step === 50 && Math.abs(" + RED + " - 100) < 2");
        browser.await("[...document.querySelectorAll('#labels dd')].some(d => d.textContent === '0.500')");
        browser.await("document.getElementById('labels').innerText.includes('<b>step 50</b>')");
        assertEquals("50.0", browser.script("return document.querySelectorAll('#strips .meas')[1].textContent").asText());
        browser.press(END);
        browser.await("view.step === 89 && document.getElementById('place').textContent === 'step 89 of 90 · 2.97 s'");
        browser.script("const p = document.querySelector('#strips .plot'); const b = p.getBoundingClientRect();"
                + " p.dispatchEvent(new PointerEvent('pointerdown', {buttons: 1, clientX: b.left + 52 + (b.width - 54) / 2, clientY: b.top + 5}))");
        browser.await("Math.abs(view.step - 44.5) <= 1");
    }

    @Test
    void shouldPlayToTheEndAndBeHalted() throws Exception {
        browser.script("document.getElementById('speed').selectedIndex = 6; document.getElementById('speed').dispatchEvent(new Event('change'));"
                + " document.activeElement.blur()");
        browser.press(" ");
        browser.await("view.step > 10 && view.step < 89");
        browser.press(" ");
        browser.await("document.getElementById('play').textContent === 'Play'");
        long halted = browser.script("return view.step").asLong();
        browser.press(" ");
        browser.await("view.step === 89 && document.getElementById('play').textContent === 'Play'");
        assertTrue(halted < 89);
        browser.await("Math.abs(" + RED + " - 178) < 2");
    }

    @Test
    void shouldOpenEpisodesAndSayWhichCannotBe() throws Exception {
        browser.script("document.querySelectorAll('#episodes button')[2].click()");
        browser.await("document.getElementById('message').textContent === 'Episode 2: episode_2: checksum: expected 1, found 2'");
        browser.press("n");
        browser.await("view.index === 1 && view.facts.length === 100 && document.getElementById('message').hidden");
        browser.script("view.go(5)");
        browser.await("document.querySelector('.note').textContent === 'film.mp4: <b>frame 5</b> is damaged'");
        browser.script("const f = document.getElementById('filter'); f.value = 'task 3'; f.dispatchEvent(new Event('input'))");
        browser.await("document.querySelectorAll('#episodes button').length === 1");
    }

    @Test
    void shouldFitEveryWindow() throws Exception {
        browser.script("document.getElementById('message').hidden = false; document.getElementById('message').textContent = document.title.repeat(5)");
        List<String> faults = new ArrayList<>();
        for (int width : new int[] {400, 800, 1280}) {
            faults.addAll(PageLayout.faults(browser, width, "120 steps, 4.0 s"));
        }
        assertEquals("", String.join("\n", faults));
        assertTrue(browser.script("return [...document.querySelectorAll('button:not(.plain)')].every(b => b.offsetHeight >= 44"
                + " && b.textContent.trim())").asBoolean());
        browser.viewport(1280, 1000);
    }
}
