package dev.dpros.metrics.dashboard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds what does not fit: text and elements outside their boxes or the window, and cut or squeezed labels of the pictures. */
public final class PageLayout {
    /** Notes every label of a canvas that lies beyond its edge or had to be squeezed. */
    private static final String WATCH_LABELS = """
            if (!window.cutLabels) {
              window.cutLabels = new Set();
              const write = CanvasRenderingContext2D.prototype.fillText;
              CanvasRenderingContext2D.prototype.fillText = function (text, x, y, most) {
                const width = this.measureText(text).width;
                const left = x - (this.textAlign === 'center' ? width / 2 : this.textAlign === 'right' ? width : 0);
                if (left < -1 || left + width > this.canvas.clientWidth + 1 || width > (most ?? Infinity) + 1) {
                  window.cutLabels.add('label "' + text + '" in ' + (this.canvas.id || this.canvas.closest('[id]').id));
                }
                window.drawn ||= text === window.lastLabel;
                return write.apply(this, arguments);
              };
            }
            window.cutLabels.clear();
            window.drawn = false;
            """;
    private static final String FIND = """
            const bad = [...window.cutLabels];
            const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : e.className ? '.' + e.className : '')
              + ' "' + e.textContent.trim().slice(0, 60) + '"';
            if (document.documentElement.scrollWidth > innerWidth) bad.push('the page scrolls sideways: ' + document.documentElement.scrollWidth);
            for (const e of document.querySelectorAll('body *')) {
              const style = getComputedStyle(e);
              const box = e.getBoundingClientRect();
              if (!box.width || !box.height || e.classList.contains('skip')) continue;
              if (box.left < -0.5 || box.right > innerWidth + 0.5) bad.push('beside the window: ' + name(e));
              if (style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1) bad.push('cut at the side: ' + name(e));
              if (style.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1) bad.push('cut below: ' + name(e));
              const panel = (e.closest('.panel, .vitals div, header, footer, main') || e).getBoundingClientRect();
              for (const child of e.childNodes) {
                if (child.nodeType !== Node.TEXT_NODE || !child.textContent.trim()) continue;
                const range = document.createRange();
                range.selectNodeContents(child);
                for (const line of range.getClientRects()) {
                  if (line.right > panel.right + 0.5 || line.left < panel.left - 0.5) bad.push('text beyond its panel: ' + name(e));
                  if (style.display !== 'inline' && line.right > box.right + 1) bad.push('text beyond its box: ' + name(e));
                }
              }
            }
            return [...new Set(bad)];
            """;

    private PageLayout() {}

    /** What does not fit of the live page, whose timeline says {@code now} at its end. */
    public static List<String> faults(Browser browser, int width) throws IOException, InterruptedException {
        return faults(browser, width, "now");
    }

    /**
     * What does not fit, in a window of this width, in light and in dark. Leaves the window as it is then.
     *
     * @param lastLabel of a picture, after which the rest of a drawing goes on without a break
     */
    public static List<String> faults(Browser browser, int width, String lastLabel) throws IOException, InterruptedException {
        List<String> faults = new ArrayList<>();
        for (String theme : List.of("light", "dark")) {
            show(browser, width, theme);
            browser.script("window.lastLabel = '" + lastLabel + "'");
            browser.script(WATCH_LABELS);
            browser.script("dispatchEvent(new Event('resize'))"); // a page that stands still draws once more
            browser.await("window.drawn");
            browser.script(FIND).forEach(fault -> faults.add(String.format(Locale.ROOT, "%d px, %s: %s", width, theme, fault.asText())));
        }
        return faults;
    }

    /** A window of this width in this theme. */
    public static void show(Browser browser, int width, String theme) throws IOException, InterruptedException {
        browser.viewport(width, 900);
        browser.script("if (document.documentElement.dataset.theme !== '" + theme + "') document.getElementById('theme').click()");
    }
}
