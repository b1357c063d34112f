package dev.dpros.metrics.dashboard;

import dev.dpros.core.CameraFrame;
import dev.dpros.core.FrameSource;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.MetricsServer;
import dev.dpros.metrics.ServerConfig;
import dev.dpros.metrics.Stage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A node made up of sines, for tests of the page and for looking at it: {@code main} serves it on a port. */
public final class FakeNode implements DashboardState, DashboardControls, AutoCloseable {
    private static final int PIXELS = 96;

    final MetricsRegistry registry = new MetricsRegistry();
    final MetricsServer server;
    final List<Action> acted = new ArrayList<>();
    private final Dashboard dashboard;
    private final List<Snapshot.Transition> history = new ArrayList<>();
    private final Random random = new Random(1);
    private final int joints;
    private String state = "nominal";
    private String reason = "driving";
    private volatile boolean frozen;
    private long ticks;

    /** Serves the page of a node with so many joints on this port, 0 for a free one. */
    public FakeNode(int port, int joints) {
        this.joints = joints;
        server = new MetricsServer(ServerConfig.loopback(port), registry);
        dashboard = new Dashboard(server, registry, this, this, PointerDrive.NONE, List.of(new Camera("overhead"), new Camera("wrist")), 20);
        go("nominal", "started by the operator");
        registry.start();
    }

    /** Serves the page until it is killed: for looking at it. */
    public static void main(String[] arguments) throws InterruptedException {
        FakeNode node = new FakeNode(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        if (arguments.length > 2) {
            node.freeze(true);
        }
        System.out.println("http://127.0.0.1:" + node.server.port());
        Thread.currentThread().join();
    }

    /** Freezes the camera {@code overhead}, or thaws it. */
    public synchronized void freeze(boolean value) {
        frozen = value;
        go(value ? "degraded" : "nominal", value ? "camera overhead frozen" : "cause gone");
    }

    /** Port of the page. */
    public int port() {
        return server.port();
    }

    /** What the page's buttons did so far. */
    public synchronized List<Action> acted() {
        return List.copyOf(acted);
    }

    private void go(String to, String why) {
        history.add(0, new Snapshot.Transition(1_795_472_000_000_000_000L + ticks * 50_000_000L, state, to, why));
        state = to;
        reason = why;
    }

    @Override
    public synchronized Snapshot snapshot() {
        ticks++;
        record();
        long now = 1_795_472_000_000_000_000L + ticks * 50_000_000L;
        double t = ticks / 20.0;
        double[] measured = new double[joints];
        double[] commanded = new double[joints];
        double[] lower = new double[joints];
        double[] upper = new double[joints];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < joints; i++) {
            names.add(joints == 2 ? (i == 0 ? "x" : "y") : "joint_" + (i + 1));
            commanded[i] = 256 + 120 * Math.sin(t * (1 + i * .2) + i);
            measured[i] = 256 + 118 * Math.sin((t - .08) * (1 + i * .2) + i);
            upper[i] = 512;
        }
        return new Snapshot("PushT, pusht_image, DDIM 16", now,
                new Snapshot.Safety(state, reason, !state.equals("fault"), List.of(), List.copyOf(history)),
                List.of(new Snapshot.Fact("episode", "3 of 10"), new Snapshot.Fact("seed", "100002"),
                        new Snapshot.Fact("step", ticks + " of 300"), new Snapshot.Fact("coverage", "0.83"),
                        new Snapshot.Fact("best reward", "0.87"), new Snapshot.Fact("mean so far", "0.98")),
                List.of(source("overhead", "camera", 33, frozen), source("wrist", "camera", 30, false),
                        source("joint_states", "vector", 4, false)),
                new Snapshot.Joints(names, joints == 2 ? "px" : "rad", measured, commanded, lower, upper),
                List.of(overlay(t)), cycles(), List.of(new Snapshot.Limit("end_to_end", "", 120), new Snapshot.Limit("tick_lateness", "", 2)),
                counters(),
                new Snapshot.Recording("recording", 12, t, ticks * 310_000L, 0, "push the T to the goal"));
    }

    private void record() {
        registry.latency(Stage.TICK_LATENESS).recordNs((long) (8_000 + 4_000 * Math.abs(random.nextGaussian())));
        registry.latency(Stage.TICK_DURATION).recordNs((long) (25_000 + 6_000 * Math.abs(random.nextGaussian())));
        registry.latency(Stage.INFERENCE).recordNs((long) (62e6 + 4e6 * random.nextGaussian()));
        registry.latency(Stage.ENCODE).recordNs((long) (4e6 + 3e5 * random.nextGaussian()));
        registry.latency(Stage.DENOISING_STEP).recordNs((long) (3.6e6 + 3e5 * random.nextGaussian()));
        registry.latency(Stage.SOURCE_AGE, "overhead").recordNs((long) (30e6 + 9e6 * random.nextGaussian()));
        registry.latency(Stage.SOURCE_AGE, "joint_states").recordNs((long) (5e6 + 1e6 * random.nextGaussian()));
        registry.latency(Stage.PREPARATION, "overhead").recordNs((long) (1e5 + 3e4 * Math.abs(random.nextGaussian())));
        registry.latency(Stage.END_TO_END).recordNs((long) (104e6 + 8e6 * random.nextGaussian()));
    }

    private static Snapshot.Source source(String name, String kind, double ageMs, boolean frozen) {
        return new Snapshot.Source(name, kind, ageMs, 100, frozen, false, 4.5, false, 1234, 0);
    }

    private static Snapshot.Overlay overlay(double t) {
        List<double[]> fan = new ArrayList<>();
        for (int sample = 1; sample <= 6; sample++) {
            fan.add(curve(t, (sample - 3.5) * .03));
        }
        return new Snapshot.Overlay("overhead", curve(t, 0), 5, List.of(curve(t - 1, 0)), fan);
    }

    private static double[] curve(double t, double bend) {
        double[] points = new double[32];
        for (int i = 0; i < 16; i++) {
            points[2 * i] = .25 + .03 * i;
            points[2 * i + 1] = .5 + .2 * Math.sin(i / 5.0 + t * .3) + bend * i / 8;
        }
        return points;
    }

    private List<Snapshot.Cycle> cycles() {
        List<Snapshot.Cycle> cycles = new ArrayList<>();
        long newest = ticks / 16;
        for (long id = Math.max(0, newest - 9); id <= newest; id++) {
            Random own = new Random(id);
            double prepare = 6 + own.nextDouble() * 2;
            double wait = prepare + 8 + own.nextDouble() * 12;
            double encode = wait + 4 + own.nextDouble();
            double denoise = encode + 58 + own.nextDouble() * 14 + (id % 7 == 3 ? 40 : 0);
            double total = denoise + 4 * own.nextDouble() + .4;
            cycles.add(new Snapshot.Cycle(id, List.of(new Snapshot.Span("camera", 0, 5.2),
                    new Snapshot.Span("prepare", 5.2, prepare), new Snapshot.Span("wait", prepare, wait),
                    new Snapshot.Span("encode", wait, encode), new Snapshot.Span("denoise", encode, denoise),
                    new Snapshot.Span("wait", denoise, total - .4), new Snapshot.Span("publish", total - .4, total)),
                    total, 120, total > 120, 16));
        }
        return cycles;
    }

    private List<Snapshot.Counter> counters() {
        return List.of(new Snapshot.Counter("ticks", ticks * 10, false), new Snapshot.Counter("missed ticks", 0, true),
                new Snapshot.Counter("chunks", ticks / 16, false), new Snapshot.Counter("late chunks", ticks / 112, true),
                new Snapshot.Counter("limited", 14, false), new Snapshot.Counter("frames in", ticks * 2, false),
                new Snapshot.Counter("frames lost", 0, true), new Snapshot.Counter("commands out", ticks * 10, false));
    }

    @Override
    public Set<Action> actions() {
        return EnumSet.allOf(Action.class);
    }

    @Override
    public synchronized String act(Action action) {
        acted.add(action);
        switch (action) {
            case ESTOP -> go("fault", "e-stop");
            case RESET -> go("hold", "reset by the operator");
            case STOP -> go("hold", "stopped by the operator");
            case START -> {
                if (state.equals("fault")) {
                    return "in fault: reset first";
                }
                go("nominal", "started by the operator");
            }
            default -> { }
        }
        return null;
    }

    @Override
    public void close() {
        dashboard.close();
        server.close();
        registry.close();
    }

    /** A square that wanders, unless frozen. */
    private final class Camera implements FrameSource {
        private final String name;
        private long frames;

        Camera(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean latest(CameraFrame out) {
            if (!frozen) {
                frames++;
            }
            byte[] rgb = out.reserve(PIXELS * PIXELS * 3);
            int at = (int) (frames % 60);
            for (int i = 0; i < PIXELS * PIXELS; i++) {
                int x = i % PIXELS - at;
                int y = i / PIXELS - 30;
                boolean block = x > 0 && x < 34 && y > 0 && y < 10 || x > 12 && x < 22 && y > 0 && y < 34;
                rgb[3 * i] = (byte) (block ? 119 : 250);
                rgb[3 * i + 1] = (byte) (block ? 136 : 250);
                rgb[3 * i + 2] = (byte) (block ? 153 : 250);
            }
            out.format = CameraFrame.Format.RGB8;
            out.width = PIXELS;
            out.height = PIXELS;
            out.number = frames;
            return true;
        }
    }
}
