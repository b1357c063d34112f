package dev.dpros.metrics.dashboard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.dpros.core.FrameSource;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.MetricsServer;
import dev.dpros.metrics.Replies;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The live page of one node, on its metrics server:
 * {@code /} and its assets, {@code /session} (what the page may do), {@code /events} (server-sent events: {@code state}
 * up to 20 times a second, {@code latency} once a second), {@code /camera/NAME}, and {@code POST /control/ACTION}.
 */
public final class Dashboard implements AutoCloseable {
    private final MetricsServer server;
    private final DashboardControls controls;
    private final List<FrameSource> cameras;
    private final EventStream events;
    private final ObjectMapper json = new ObjectMapper();

    /**
     * Adds the page to the server.
     *
     * @param rateHz snapshots a second, 1 to 20
     */
    public Dashboard(MetricsServer server, MetricsRegistry registry, DashboardState state, DashboardControls controls,
            List<FrameSource> cameras, int rateHz) {
        if (rateHz < 1 || rateHz > 20) {
            throw new IllegalArgumentException("dashboard rate: expected 1 to 20 Hz, found " + rateHz);
        }
        this.server = server;
        this.controls = controls;
        this.cameras = List.copyOf(cameras);
        events = new EventStream(state, new LatencyFeed(registry), rateHz);
        StaticAssets assets = new StaticAssets();
        server.add("/", assets::serve);
        server.add("/session", this::session);
        server.add("/events", events::serve);
        server.add("/control/", this::control);
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
                "cameras", cameras.stream().map(FrameSource::name).toList());
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

    /** Ends the event streams. The server is closed by its owner. */
    @Override
    public void close() {
        events.close();
    }
}
