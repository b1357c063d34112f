package dev.dpros.cli.bench;

import dev.dpros.cli.options.HttpAddress;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.InputException;
import dev.dpros.metrics.dashboard.PageLink;
import dev.dpros.process.JsonFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros bench page}: what a viewer of the live page and a scraper cost a running node. */
@Command(
        name = "page",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measure what looking costs: a running node's tick lateness and CPU, in turns without anybody and with one "
                + "viewer of the live page (20 states and 10 camera images a second) and one scrape a second.",
        footer = {"", "The viewer runs in this process: on the node's machine it takes CPU of its own besides.",
            "Example: dpros bench page --pairs 6"})
final class BenchPageCommand implements Callable<Integer> {
    /** The node keeps its percentiles over ten seconds. */
    private static final int SEGMENT_MS = 12_000;
    private static final int WARM_UP_TURNS = 4;
    private static final int IMAGE_MS = 100;
    private static final int SCRAPE_MS = 1000;
    private static final Pattern BUCKET = Pattern.compile("(?m)^dpros_tick_lateness_seconds_bucket\\{le=\"([^\"]+)\"} (\\S+)");
    private static final double RARE = 0.001;
    private static final Pattern CPU = Pattern.compile("(?m)^process_cpu_time_ns_total (\\S+)");

    @Option(names = "--url", converter = HttpAddress.class, paramLabel = "URL", defaultValue = "http://127.0.0.1:8080",
            description = "the node's live page (default: ${DEFAULT-VALUE})")
    private URI url;

    @Option(names = "--pairs", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "6",
            description = "turns without and with a viewer, 24 s each, after 48 s of warm-up (default: ${DEFAULT-VALUE})")
    private int pairs;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the result to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    private HttpClient http;

    /** One turn: tick lateness over its last ten seconds, ticks by how late they were at most (s), and CPU of the node. */
    private record Turn(double p999Ms, double maxMs, double cpuPercent, Map<Double, Double> ticks) {}

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (pairs < 1 || pairs > 1000) {
            throw InputException.of("--pairs", "number", "1 to 1000", String.valueOf(pairs), "");
        }
        http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
        List<Turn> alone = new ArrayList<>();
        List<Turn> watched = new ArrayList<>();
        PrintWriter out = spec.commandLine().getOut();
        for (int i = 0; i < WARM_UP_TURNS; i++) {
            watched(); // compiles what serving takes
        }
        out.println("tick lateness, ms        p99.9       max   CPU in percent of a core");
        for (int i = 0; i < pairs; i++) {
            boolean viewerFirst = i % 2 == 1;
            for (int half = 0; half < 2; half++) {
                boolean viewer = viewerFirst == (half == 0);
                Turn turn = viewer ? watched() : turn();
                (viewer ? watched : alone).add(turn);
                line(out, viewer ? "viewer and scrape" : "nobody", turn);
            }
        }
        summary(out, alone, watched);
        return 0;
    }

    private Turn watched() throws InterruptedException, IOException {
        ScheduledExecutorService poll = Executors.newScheduledThreadPool(2);
        try (PageLink link = new PageLink(url, System.getenv().getOrDefault("DPROS_TOKEN", ""))) {
            poll.scheduleAtFixedRate(() -> quietly("/metrics"), 0, SCRAPE_MS, TimeUnit.MILLISECONDS);
            for (String camera : link.cameras()) {
                poll.scheduleAtFixedRate(() -> quietly("/camera/" + camera), 0, IMAGE_MS, TimeUnit.MILLISECONDS);
            }
            return turn();
        } finally {
            poll.shutdownNow();
        }
    }

    private Turn turn() throws InterruptedException, IOException {
        String first = get("/metrics");
        double before = number(first, CPU);
        long beginNs = System.nanoTime();
        Thread.sleep(SEGMENT_MS);
        String after = get("/metrics");
        double cpu = (number(after, CPU) - before) / (System.nanoTime() - beginNs) * 100;
        return new Turn(1e3 * lateness(after, "0.999"), 1e3 * lateness(after, "1"), cpu,
                difference(buckets(after), buckets(first)));
    }

    /** The counts of the exported histogram, cumulative, by upper bound. */
    private static Map<Double, Double> buckets(String metrics) {
        TreeMap<Double, Double> counts = new TreeMap<>();
        Matcher bucket = BUCKET.matcher(metrics);
        while (bucket.find()) {
            counts.put(Double.parseDouble(bucket.group(1).replace("+Inf", "Infinity")), Double.parseDouble(bucket.group(2)));
        }
        return counts;
    }

    private static Map<Double, Double> difference(Map<Double, Double> after, Map<Double, Double> before) {
        TreeMap<Double, Double> counts = new TreeMap<>();
        after.forEach((bound, count) -> counts.put(bound, count - before.getOrDefault(bound, 0.0)));
        return counts;
    }

    /** The 99.9th percentile of all ticks of these turns, ms, between two buckets' ends in proportion. */
    private static double pooledP999Ms(List<Turn> turns) {
        TreeMap<Double, Double> sum = new TreeMap<>();
        turns.forEach(turn -> turn.ticks.forEach((bound, count) -> sum.merge(bound, count, Double::sum)));
        double wanted = (1 - RARE) * sum.lastEntry().getValue();
        double lower = 0;
        double below = 0;
        for (Map.Entry<Double, Double> bucket : sum.entrySet()) {
            if (bucket.getValue() >= wanted) {
                double share = (wanted - below) / Math.max(1, bucket.getValue() - below);
                return 1e3 * (lower + share * (bucket.getKey() - lower));
            }
            lower = bucket.getKey();
            below = bucket.getValue();
        }
        return Double.NaN;
    }

    private static double lateness(String metrics, String quantile) {
        return number(metrics, Pattern.compile("(?m)^dpros_window_latency_seconds\\{quantile=\"" + Pattern.quote(quantile)
                + "\",source=\"\",stage=\"tick_lateness\"} (\\S+)"));
    }

    private static double number(String metrics, Pattern pattern) {
        Matcher found = pattern.matcher(metrics);
        return found.find() ? Double.parseDouble(found.group(1)) : Double.NaN;
    }

    private void quietly(String path) {
        try {
            get(path);
        } catch (IOException e) { // the next one will do
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(3));
        String token = System.getenv().getOrDefault("DPROS_TOKEN", "");
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString()).body();
        } catch (java.net.ConnectException e) {
            throw InputException.of(url.toString(), "live page", "a running node with metrics.enabled", "no answer",
                    "start one (dpros run, dpros demo), or give --url");
        }
    }

    private static void line(PrintWriter out, String name, Turn turn) {
        out.printf(Locale.ROOT, "%-19s %10.3f%10.3f%19.1f%n", name, turn.p999Ms, turn.maxMs, turn.cpuPercent);
        out.flush();
    }

    private void summary(PrintWriter out, List<Turn> alone, List<Turn> watched) {
        Turn without = medians(alone);
        Turn with = medians(watched);
        line(out, "median, nobody", without);
        line(out, "median, viewer", with);
        double pooledWithout = pooledP999Ms(alone);
        double pooledWith = pooledP999Ms(watched);
        out.printf(Locale.ROOT, "p99.9 of all ticks, ms: %.3f with nobody, %.3f with a viewer: %.2f times%n", pooledWithout,
                pooledWith, pooledWith / pooledWithout);
        out.printf(Locale.ROOT, "median p99.9 with / without: %.2f; CPU of the node for it: %.1f %% of a core%n",
                with.p999Ms / without.p999Ms, with.cpuPercent - without.cpuPercent);
        out.flush();
        if (json != null) {
            JsonFile.write(json, Map.of("nobody", alone, "viewer", watched,
                    "p999_ratio_of_medians", with.p999Ms / without.p999Ms,
                    "p999_ratio_of_all_ticks", pooledWith / pooledWithout));
        }
    }

    private static Turn medians(List<Turn> turns) {
        return new Turn(median(turns.stream().mapToDouble(Turn::p999Ms)), median(turns.stream().mapToDouble(Turn::maxMs)),
                median(turns.stream().mapToDouble(Turn::cpuPercent)), new TreeMap<>());
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
