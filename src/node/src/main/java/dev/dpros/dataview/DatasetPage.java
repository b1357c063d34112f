package dev.dpros.dataview;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.http.Replies;
import dev.dpros.metrics.MetricsServer;
import dev.dpros.metrics.dashboard.PictureEncoder;
import dev.dpros.metrics.dashboard.StaticAssets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data set's page on loopback: {@code /} and its assets, {@code /dataset} (its columns), {@code /survey} (statistics so far),
 * {@code /episodes/FROM} (rows of the list), {@code /episode/E}, {@code /values/E/SERIES} (float32), {@code /texts/E/STEP}, {@code /picture/E/COLUMN/STEP}.
 * Requests hold numbers, never paths. Nothing of it writes.
 */
public final class DatasetPage implements AutoCloseable {
    private static final Pattern REQUEST = Pattern.compile("/[a-z]+((?:/\\d{1,9}){1,3})");

    private final MetricsServer server;
    private final OpenEpisode open;
    private final Survey survey;
    private final Description description;
    private final ObjectMapper json = new ObjectMapper();

    /** A column, as the page knows it. */
    record Column(int number, String key, String stored, boolean visual, List<Integer> shape, List<String> names) {}

    /** What does not change. */
    record Description(String name, String robot, double fps, int episodes, int start, List<Column> columns, Set<String> masks,
            List<String> leftOut) {}

    /** Reads what a request names. */
    private interface Answer {
        void send(HttpExchange exchange, int[] numbers) throws IOException;
    }

    /**
     * Serves a data set.
     *
     * @param source opens it; called twice, since the whole is surveyed while episodes are looked at
     * @param port 0 for a free one
     * @param start episode that is shown first
     * @throws InputException if the port is taken, it is no data set, or has no such episode
     */
    public DatasetPage(Supplier<EpisodeDataset> source, int port, int start) {
        EpisodeDataset dataset = source.get();
        open = new OpenEpisode(dataset);
        survey = new Survey(source);
        try {
            if (start < 0 || start >= dataset.episodes()) {
                throw InputException.of("--episode", "number", "0 to " + (dataset.episodes() - 1), Integer.toString(start), "");
            }
            description = describe(dataset, start);
            server = MetricsServer.ofPages(port, "choose another with --port, or 0 for any");
        } catch (InputException e) {
            open.close();
            throw e;
        }
        server.add("/", new StaticAssets("view.html")::serve);
        add("/dataset", 0, (exchange, numbers) -> send(exchange, description));
        add("/survey", 0, (exchange, numbers) -> send(exchange, survey.known()));
        add("/episodes", 1, (exchange, numbers) -> send(exchange, survey.rows(numbers[0])));
        add("/episode", 1, (exchange, numbers) -> send(exchange, open.facts(numbers[0])));
        add("/values", 2, (exchange, numbers) ->
                Replies.send(exchange, 200, "application/octet-stream", open.values(numbers[0], numbers[1])));
        add("/texts", 2, (exchange, numbers) -> send(exchange, open.texts(numbers[0], numbers[1])));
        add("/picture", 3, this::picture);
        survey.start();
    }

    private static Description describe(EpisodeDataset dataset, int start) {
        List<Column> columns = new ArrayList<>();
        for (DatasetFeature feature : dataset.features()) {
            columns.add(new Column(columns.size(), feature.key(), dataset.storedName(columns.size()), feature.visual(), feature.shape(), feature.names()));
        }
        return new Description(dataset.name(), dataset.robot(), dataset.fps(), dataset.episodes(), start, columns, dataset.masks(), dataset.leftOut());
    }

    /** The port that it is on. */
    public int port() {
        return server.port();
    }

    private void add(String path, int numbers, Answer answer) {
        server.add(path + (numbers > 0 ? "/" : ""), exchange -> {
            int[] asked = numbers(exchange.getRequestURI().getPath(), path, numbers);
            if (asked == null) {
                Replies.text(exchange, 404, "expected " + path + "/N".repeat(numbers) + ", N being whole numbers");
                return;
            }
            try {
                answer.send(exchange, asked);
            } catch (OpenEpisode.NoSuchPartException e) {
                Replies.text(exchange, 404, e.getMessage());
            } catch (InputException e) {
                Replies.text(exchange, 409, e.getMessage());
            }
        });
    }

    private static int[] numbers(String path, String prefix, int count) {
        Matcher request = REQUEST.matcher(path);
        if (count == 0) {
            return path.equals(prefix) ? new int[0] : null;
        }
        if (!request.matches()) {
            return null;
        }
        String[] parts = request.group(1).substring(1).split("/");
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return parts.length == count ? numbers : null;
    }

    private void send(HttpExchange exchange, Object answer) throws IOException {
        Replies.send(exchange, 200, "application/json", json.writeValueAsBytes(answer));
    }

    private void picture(HttpExchange exchange, int[] numbers) throws IOException {
        PictureEncoder.Encoded picture = open.picture(numbers[0], numbers[1], numbers[2]);
        Replies.send(exchange, 200, picture.type(), picture.bytes());
    }

    @Override
    public void close() {
        server.close();
        survey.close();
        open.close();
    }
}
