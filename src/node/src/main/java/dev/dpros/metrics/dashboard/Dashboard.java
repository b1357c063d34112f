package dev.dpros.metrics.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.dpros.core.FrameSource;
import dev.dpros.http.Replies;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.MetricsServer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The live page of one node, on its metrics server:
 * {@code /} and its assets, {@code /session} (what the page may do), {@code /events} (server-sent events: {@code past} once,
 * {@code state} up to 20 times a second, {@code latency} once a second), {@code /camera/NAME}, {@code POST /control/ACTION}, and
 * {@code POST /drive}.
 */
public final class Dashboard implements AutoCloseable {
    private static final int MOST_BODY_BYTES = 1024;

    private final MetricsServer server;
    private final DashboardControls controls;
    private final PointerDrive pointer;
    private final List<FrameSource> cameras;
    private final EventStream events;
    private final int rateHz;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * Adds the page to the server.
     *
     * @param rateHz snapshots a second, 1 to 20
     */
    public Dashboard(MetricsServer server, MetricsRegistry registry, DashboardState state, DashboardControls controls,
            PointerDrive pointer, List<FrameSource> cameras, int rateHz) {
        if (rateHz < 1 || rateHz > 20) {
            throw new IllegalArgumentException("dashboard rate: expected 1 to 20 Hz, found " + rateHz);
        }
        this.server = server;
        this.controls = controls;
        this.pointer = pointer;
        this.cameras = List.copyOf(cameras);
        this.rateHz = rateHz;
        events = new EventStream(state, new LatencyFeed(registry), rateHz);
        StaticAssets assets = new StaticAssets("index.html");
        server.add("/", assets::serve);
        server.addControl("/session", this::session);
        server.add("/events", events::serve);
        server.addControl("/control/", this::control);
        server.addControl("/drive", this::drive);
        for (FrameSource camera : cameras) {
            server.add("/camera/" + camera.name(), new CameraImages(camera)::serve);
        }
    }

    private void session(HttpExchange exchange) throws IOException {
        List<String> actions = Arrays.stream(DashboardControls.Action.values()).filter(controls.actions()::contains)
                .map(DashboardControls.Action::path).toList();
        Map<String, Object> session = Map.of(
                "key", server.access().sessionKey(),
                "actions", actions,
                "cameras", cameras.stream().map(FrameSource::name).toList(),
                "drives", pointer.cameras(),
                "rateHz", rateHz);
        Replies.send(exchange, 200, "application/json", json.writeValueAsBytes(session));
    }

    private void control(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            Replies.text(exchange, 405, "POST");
            return;
        }
        String name = exchange.getRequestURI().getPath().substring("/control/".length());
        for (DashboardControls.Action action : DashboardControls.Action.values()) {
            if (action.path().equals(name) && controls.actions().contains(action)) {
                String refusal = controls.act(action);
                Replies.text(exchange, refusal == null ? 200 : 409, refusal == null ? "done" : refusal);
                return;
            }
        }
        Replies.text(exchange, 404, "no such action");
    }

    private void drive(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            Replies.text(exchange, 405, "POST");
            return;
        }
        JsonNode body;
        try {
            body = json.readTree(exchange.getRequestBody().readNBytes(MOST_BODY_BYTES));
        } catch (JsonProcessingException e) {
            Replies.text(exchange, 400, "expected {camera, x, y}");
            return;
        }
        String camera = body.path("camera").asText();
        double x = body.path("x").asDouble(Double.NaN);
        double y = body.path("y").asDouble(Double.NaN);
        if (!pointer.cameras().contains(camera) || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) {
            Replies.text(exchange, 400, "expected camera: one of " + pointer.cameras() + ", x and y: 0 to 1");
            return;
        }
        pointer.drive(camera, x, y);
        Replies.text(exchange, 200, "done");
    }

    /** Ends the event streams. The server is closed by its owner. */
    @Override
    public void close() {
        events.close();
    }
}
