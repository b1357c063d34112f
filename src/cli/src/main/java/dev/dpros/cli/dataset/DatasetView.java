package dev.dpros.cli.dataset;

import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.PagePort;
import dev.dpros.cli.options.Terminals;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.DepthPixels;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.dataview.DatasetPage;
import dev.dpros.process.Lifecycle;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset view}: a data set in the browser, or steps of an episode in the terminal. */
@Command(name = "view", mixinStandardHelpOptions = true,
        description = {"Plays the episodes of a data set in the browser, with curves, labels and statistics, until Ctrl-C.",
            "With --step, --count or --width: steps of an episode in the terminal, values, and pictures as coloured half blocks "
                + "(24-bit colour terminals), elsewhere in shades."})
final class DatasetView implements Callable<Integer> {
    private static final String SHADES = " .:-=+*#%@";
    private static final int USUAL_WIDTH = 64;

    @Mixin
    private DatasetSource source;

    @Option(names = "--episode", converter = Numbers.Whole.class, paramLabel = "N", defaultValue = "0",
            description = "Which episode, the first to be shown (default 0).")
    private int episode;

    @Option(names = "--port", converter = Numbers.Port.class, paramLabel = "N",
            description = "Port of the page, on loopback (default: 8080, or a free one).")
    private Integer port;

    @Option(names = "--no-browser", description = "Do not open a browser; the address is printed anyway.")
    private boolean noBrowser;

    @Option(names = "--step", converter = Numbers.Whole.class, paramLabel = "N", description = "In the terminal: first step to show (default 0).")
    private Integer step;

    @Option(names = "--count", converter = Numbers.Count.class, paramLabel = "N", description = "In the terminal: how many steps (default 1).")
    private Integer count;

    @Option(names = "--width", converter = Numbers.Whole.class, paramLabel = "COLUMNS",
            description = "In the terminal: width of pictures in characters; 0: none (default 64).")
    private Integer width;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return step == null && count == null && width == null ? page() : terminal();
    }

    private int page() throws IOException, InterruptedException {
        source.path();
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            DatasetPage page = lifecycle.own(new DatasetPage(source::open, port != null ? port : PagePort.choose(), episode));
            String url = "http://127.0.0.1:" + page.port() + "/";
            spec.commandLine().getOut().println(source.path() + ": " + url + " (Ctrl-C ends it)");
            spec.commandLine().getOut().flush();
            openBrowser(url);
            return lifecycle.awaitStop();
        }
    }

    /** Where there is a desktop; the address is printed, so that nothing is lost where there is none. */
    private void openBrowser(String url) {
        boolean desktop = System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
        if (noBrowser || !desktop || !Terminals.output()) {
            return;
        }
        try {
            new ProcessBuilder("xdg-open", url).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            Verbosity.tell(spec, "no browser was opened: " + e.getMessage());
        }
    }

    private int terminal() {
        PrintWriter out = spec.commandLine().getOut();
        int first = step == null ? 0 : step;
        int steps = count == null ? 1 : count;
        try (EpisodeDataset dataset = source.open()) {
            within("--episode", episode, dataset.episodes());
            try (EpisodeDataset.Episode shown = dataset.episode(episode)) {
                within("--step", first, shown.length());
                out.printf("episode %d of %d, %d steps at %s Hz, task \"%s\", success %s%n", episode, dataset.episodes(),
                        shown.length(), dataset.fps(), shown.task(), shown.success());
                for (int s = first; s < Math.min((long) first + steps, shown.length()); s++) {
                    out.printf("step %d%n", s);
                    for (int f = 0; f < dataset.features().size(); f++) {
                        show(dataset.features().get(f), f, shown, s, out);
                    }
                }
            }
        }
        return 0;
    }

    private void show(DatasetFeature feature, int f, EpisodeDataset.Episode shown, int s, PrintWriter out) {
        if (!feature.visual()) {
            float[] values = new float[feature.size()];
            shown.vector(f, s, values, 0);
            out.printf("  %s %s%n", feature.key(), Arrays.toString(values));
        } else if (columns() > 0) {
            byte[] frame = new byte[feature.frameBytes()];
            shown.frame(f, s, frame);
            out.printf("  %s %dx%d%s%n", feature.key(), feature.width(), feature.height(), feature.depth() == null ? "" : ", depth " + range(frame));
            picture(feature.shown(frame), feature.width(), feature.height(), out);
        }
    }

    private static String range(byte[] depth) {
        IntSummaryStatistics mm = IntStream.range(0, depth.length / DepthPixels.BYTES).map(i -> DepthPixels.mm(depth, i)).filter(d -> d > 0)
                .summaryStatistics();
        return mm.getCount() == 0 ? "nowhere" : mm.getMin() + " to " + mm.getMax() + " mm, at " + mm.getCount() + " of " + depth.length / DepthPixels.BYTES
                + " pixels";
    }

    private int columns() {
        return width == null ? USUAL_WIDTH : width;
    }

    /** Two pixels to a character: the upper is the foreground of a half block, the lower its background. */
    private void picture(byte[] rgb, int w, int h, PrintWriter out) {
        int columns = Math.min(columns(), w);
        int rows = Math.max(1, columns * h / w / 2);
        if (!Terminals.output()) {
            shades(rgb, w, h, columns, rows, out);
            return;
        }
        for (int row = 0; row < rows; row++) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < columns; column++) {
                int x = column * w / columns;
                line.append("\u001b[38;2;").append(colour(rgb, w, x, 2 * row * h / (2 * rows)))
                        .append("m\u001b[48;2;").append(colour(rgb, w, x, (2 * row + 1) * h / (2 * rows))).append("m▀");
            }
            out.println(line.append("\u001b[0m"));
        }
    }

    /** Where no terminal is there are no colours: one of ten characters for the brightness. */
    private static void shades(byte[] rgb, int w, int h, int columns, int rows, PrintWriter out) {
        for (int row = 0; row < rows; row++) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < columns; column++) {
                int at = (row * h / rows * w + column * w / columns) * 3;
                int sum = (rgb[at] & 0xFF) + (rgb[at + 1] & 0xFF) + (rgb[at + 2] & 0xFF);
                line.append(SHADES.charAt(sum * SHADES.length() / (3 * 256)));
            }
            out.println(line);
        }
    }

    private static String colour(byte[] rgb, int w, int x, int y) {
        int at = (y * w + x) * 3;
        return (rgb[at] & 0xFF) + ";" + (rgb[at + 1] & 0xFF) + ";" + (rgb[at + 2] & 0xFF);
    }

    private static void within(String option, int value, int end) {
        if (value < 0 || value >= end) {
            throw InputException.of(option, "number", "0 to " + (end - 1), Integer.toString(value), "");
        }
    }
}
