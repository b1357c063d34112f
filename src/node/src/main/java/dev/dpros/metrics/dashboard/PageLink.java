package dev.dpros.metrics.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A node's live page as a program sees it: its session, its stream of events, its actions (docs/dashboard.md). Events are
 * read on a daemon thread {@code page-events}, which connects again when the stream ends; any thread may ask for the newest.
 */
public final class PageLink implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final long RETRY_MS = 500;
    private static final long SILENT_NS = 5_000_000_000L;
    private static final int OF_ANOTHER_RUN = 403;

    private final URI page;
    private final String token;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final ObjectMapper json = new ObjectMapper();
    private volatile JsonNode session;
    private volatile InputStream stream;
    private volatile long heardNs;
    private volatile View view = new View(null, null, 0);
    private volatile boolean closed;

    /**
     * What came last.
     *
     * @param state the newest {@code state} event; null before the first
     * @param latency the newest {@code latency} event; null before the first
     * @param receivedNs when the state came, {@link System#nanoTime}
     */
    public record View(JsonNode state, JsonNode latency, long receivedNs) {}

    /**
     * Connects once and starts to read.
     *
     * @param page such as {@code http://127.0.0.1:8080}
     * @param token the node's {@code metrics.token}, or empty
     * @throws InputException in one line, if no node answers there or it wants another token
     */
    public PageLink(URI page, String token) {
        this.page = page;
        this.token = token;
        session = readSession();
        Thread reader = new Thread(this::read, "page-events");
        reader.setDaemon(true);
        reader.start();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(page.resolve(path));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private JsonNode readSession() {
        try {
            HttpResponse<String> answer = http.send(request("/session").timeout(TIMEOUT).build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw InputException.of(page.toString(), "live page", "a node's live page",
                        "status " + answer.statusCode() + ", " + answer.body().strip(),
                        answer.statusCode() == 401 ? "give its metrics.token in DPROS_TOKEN" : "is this the port of metrics.port?");
            }
            return json.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw InputException.of(page.toString(), "live page", "a node's live page", "another server", "see metrics.port");
        } catch (IOException e) {
            throw InputException.of(page.toString(), "live page", "a running node with metrics.enabled",
                    "no answer (" + e.getClass().getSimpleName() + ")", "start one (dpros run, dpros demo), or give --url");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException(page + ": interrupted", e);
        }
    }

    private void read() {
        try {
            while (!closed) {
                readEvents();
                do { // a node that was started anew has another session key
                    Thread.sleep(RETRY_MS);
                } while (!closed && !reconnected());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the node goes away: its last state ages until it is back. */
    private void readEvents() throws InterruptedException {
        try (InputStream body = http.send(request("/events").build(), BodyHandlers.ofInputStream()).body();
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            stream = body;
            heardNs = System.nanoTime();
            String[] event = {""};
            for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                heardNs = System.nanoTime();
                take(event, line);
            }
        } catch (IOException e) {
            return;
        } finally {
            stream = null;
        }
    }

    /** A connection on which even the sign of life, every two seconds, is missing, is given up. */
    private void dropIfSilent() {
        InputStream open = stream;
        if (open != null && System.nanoTime() - heardNs > SILENT_NS) {
            try {
                open.close();
            } catch (IOException e) { // it is given up in any case
                stream = null;
            }
        }
    }

    private boolean reconnected() {
        try {
            session = readSession();
            return true;
        } catch (InputException e) {
            return false;
        }
    }

    private void take(String[] event, String line) {
        if (line.startsWith("event: ")) {
            event[0] = line.substring("event: ".length());
        } else if (line.startsWith("data: ")) {
            event(event[0], line.substring("data: ".length()));
        }
    }

    private void event(String name, String data) {
        try {
            if ("state".equals(name)) {
                view = new View(json.readTree(data), view.latency, System.nanoTime());
            } else if ("latency".equals(name)) {
                view = new View(view.state, json.readTree(data), view.receivedNs);
            }
        } catch (JsonProcessingException e) { // a torn event; the one before ages until the next
            return;
        }
    }

    /** What came last. */
    public View view() {
        dropIfSilent();
        return view;
    }

    /** The names of the actions that the node takes: {@code start}, {@code stop}, {@code reset}, {@code estop} ... */
    public List<String> actions() {
        List<String> names = new ArrayList<>();
        session.path("actions").forEach(action -> names.add(action.asText()));
        return names;
    }

    /** The names of the cameras that the page shows. */
    public List<String> cameras() {
        List<String> names = new ArrayList<>();
        session.path("cameras").forEach(camera -> names.add(camera.asText()));
        return names;
    }

    /** Asks the node to act; waits for its answer, 3 s at most. @return {@code done}, or why not */
    public String act(String action) {
        try {
            HttpResponse<String> answer = post(action);
            if (answer.statusCode() == OF_ANOTHER_RUN && reconnected()) {
                answer = post(action);
            }
            return answer.body().strip();
        } catch (IOException e) {
            return "no answer: " + e.getClass().getSimpleName();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private HttpResponse<String> post(String action) throws IOException, InterruptedException {
        return http.send(request("/control/" + action).timeout(TIMEOUT)
                .header("X-Dpros-Session", session.path("key").asText())
                .POST(HttpRequest.BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        closed = true;
    }
}
