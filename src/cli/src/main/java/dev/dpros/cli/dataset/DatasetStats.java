package dev.dpros.cli.dataset;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.FeatureStatistics;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros dataset stats}. */
@Command(name = "stats", mixinStandardHelpOptions = true,
        description = "Statistics per value: mean, standard deviation, extremes and quantiles; images per channel in 0..1, depth in mm.")
final class DatasetStats implements Callable<Integer> {
    @Mixin
    private DatasetSource source;

    @Option(names = "--images", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Include images (slower).")
    private boolean images;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (EpisodeDataset dataset = source.open()) {
            FeatureStatistics[] statistics = collect(dataset);
            out.printf("%-32s %10s %10s %10s %10s %10s %10s %10s%n", "", "mean", "std", "min", "q01", "q50", "q99", "max");
            for (int f = 0; f < statistics.length; f++) {
                if (statistics[f].steps() > 0) {
                    print(dataset.features().get(f), statistics[f], out);
                }
            }
        }
        return 0;
    }

    private FeatureStatistics[] collect(EpisodeDataset dataset) {
        FeatureStatistics[] statistics =
                dataset.features().stream().map(FeatureStatistics::new).toArray(FeatureStatistics[]::new);
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            progress.begin("stats", dataset.episodes());
            for (int i = 0; i < dataset.episodes(); i++) {
                try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                    for (int f = 0; f < statistics.length; f++) {
                        add(episode, f, dataset.features().get(f), statistics[f]);
                    }
                }
                progress.advance(1);
            }
        }
        return statistics;
    }

    private void add(EpisodeDataset.Episode episode, int f, DatasetFeature feature, FeatureStatistics statistics) {
        for (int step = 0; step < episode.length(); step++) {
            if (!feature.visual()) {
                float[] values = new float[feature.size()];
                episode.vector(f, step, values, 0);
                statistics.add(values);
            } else if (images) {
                byte[] rgb = new byte[feature.frameBytes()];
                episode.frame(f, step, rgb);
                statistics.add(rgb);
            }
        }
    }

    private static void print(DatasetFeature feature, FeatureStatistics statistics, PrintWriter out) {
        for (int d = 0; d < statistics.dims(); d++) {
            FeatureStatistics.Summary s = statistics.summary(d);
            String name = statistics.depth() ? "mm" : statistics.visual() ? "RGB".substring(d, d + 1)
                    : d < feature.names().size() ? feature.names().get(d) : Integer.toString(d);
            out.printf("%-32s %10.4g %10.4g %10.4g %10.4g %10.4g %10.4g %10.4g%n", feature.key() + "[" + name + "]",
                    s.mean(), s.std(), s.min(), s.quantiles()[0], s.quantiles()[2], s.quantiles()[4], s.max());
        }
    }
}
