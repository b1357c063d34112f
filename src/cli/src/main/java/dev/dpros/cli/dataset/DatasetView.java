package dev.dpros.cli.dataset;

import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.Terminals;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset view}: one step of an episode in the terminal, pictures included. */
@Command(name = "view", mixinStandardHelpOptions = true,
        description = "Shows steps of an episode: values, and pictures as coloured half blocks (24-bit colour terminals), elsewhere in shades.")
final class DatasetView implements Callable<Integer> {
    private static final String SHADES = " .:-=+*#%@";

    @Mixin
    private DatasetSource source;

    @Option(names = "--episode", converter = Numbers.Whole.class, paramLabel = "N", defaultValue = "0",
            description = "Which episode (default 0).")
    private int episode;

    @Option(names = "--step", converter = Numbers.Whole.class, paramLabel = "N", defaultValue = "0",
            description = "First step to show (default 0).")
    private int step;

    @Option(names = "--count", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1",
            description = "How many steps (default 1).")
    private int count;

    @Option(names = "--width", converter = Numbers.Whole.class, paramLabel = "COLUMNS", defaultValue = "64",
            description = "Width of pictures in characters; 0: none (default 64).")
    private int width;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (EpisodeDataset dataset = source.open()) {
            within("--episode", episode, dataset.episodes());
            try (EpisodeDataset.Episode shown = dataset.episode(episode)) {
                within("--step", step, shown.length());
                out.printf("episode %d of %d, %d steps at %s Hz, task \"%s\", success %s%n", episode, dataset.episodes(),
                        shown.length(), dataset.fps(), shown.task(), shown.success());
                for (int s = step; s < Math.min(step + count, shown.length()); s++) {
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
        } else if (width > 0) {
            byte[] rgb = new byte[feature.size()];
            shown.frame(f, s, rgb);
            out.printf("  %s %dx%d%n", feature.key(), feature.width(), feature.height());
            picture(rgb, feature.width(), feature.height(), out);
        }
    }

    /** Two pixels to a character: the upper is the foreground of a half block, the lower its background. */
    private void picture(byte[] rgb, int w, int h, PrintWriter out) {
        int columns = Math.min(width, w);
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
