package dev.dpros.metrics.dashboard;

import dev.dpros.core.CameraFrame;
import dev.dpros.core.FrameSource;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.MetricsServer;
import dev.dpros.metrics.ServerConfig;
import dev.dpros.metrics.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** A node made up of sines, for tests of the page and for looking at it: {@code main} serves it on a port. */
public final class FakeNode implements DashboardState, DashboardControls, AutoCloseable {
    private static final int PIXELS = 96;

    final MetricsRegistry registry = new MetricsRegistry();
    final MetricsServer server;
    final List<Action> acted = new ArrayList<>();
    private final Dashboard dashboard;
    private final List<Snapshot.Transition> history = new ArrayList<>();
    private final Random random = new Random(1);
    private final Names names;
    private String state = "nominal";
    private String reason = "driving";
    private volatile boolean frozen;
    private volatile boolean commanding = true;
    private long ticks;

    /**
     * What is called how.
     *
     * @param cameras names of their topics
     * @param inputs of the policy: the cameras' and the joint states'
     * @param joints the action's dimensions
     * @param about more words for texts of any length
     */
    private record Names(List<String> cameras, List<String> inputs, List<String> joints, String about) {
        static Names usual(int joints) {
            return new Names(List.of("overhead", "wrist"), List.of("observation.images.overhead", "observation.images.wrist", "observation.state"),
                    joints == 2 ? List.of("x", "y") : IntStream.rangeClosed(1, joints).mapToObj(i -> "joint_" + i).toList(), "");
        }

        static Names endless() {
            return new Names(List.of("workcell_3/left_gripper_realsense_d435i/color/image_rect_raw/compressed",
                    "workcell_3/ceiling_basler_ace2_starboard/image_rect_color"),
                    List.of("observation.images.left_gripper_camera_color_rectified", "observation.images.ceiling_camera_starboard",
                            "observation.state_of_both_arms_and_grippers"),
                    IntStream.rangeClosed(1, 8).mapToObj(i -> "workcell_3_left_arm_shoulder_or_elbow_joint_number_" + i).toList(),
                    " of workcell_3/left_gripper_realsense_d435i/color/image_rect_raw/compressed in the third hall");
        }
    }

    /** Serves the page of a node with so many joints on this port, 0 for a free one. */
    public FakeNode(int port, int joints) {
        this(port, Names.usual(joints));
    }

    private FakeNode(int port, Names names) {
        this.names = names;
        server = new MetricsServer(ServerConfig.loopback(port), registry);
        dashboard = new Dashboard(server, registry, this, this, PointerDrive.NONE,
                List.of(new Camera(names.cameras.get(0)), new Camera(names.cameras.get(1))), 20);
        go("nominal", "started by the operator");
        registry.start();
    }

    /** Serves the page of a node all of whose names are as long as names become. */
    public static FakeNode withLongNames() {
        FakeNode node = new FakeNode(0, Names.endless());
        node.freeze(true);
        return node;
    }

    /** Whether it says that it sends commands. */
    public void command(boolean value) {
        commanding = value;
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
        go(value ? "degraded" : "nominal", value ? "camera " + names.cameras.get(0) + " frozen" : "cause gone");
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
        return new Snapshot("PushT, pusht_image, DDIM 16" + names.about, now,
                new Snapshot.Safety(state, reason, !state.equals("fault"), names.about.isEmpty() ? List.of() : List.of("waits for a picture" + names.about),
                        List.copyOf(history)),
                List.of(new Snapshot.Fact("episode", "3 of 10"), new Snapshot.Fact("seed", "100002"),
                        new Snapshot.Fact("step", ticks + " of 300"), new Snapshot.Fact("coverage", "0.83"),
                        new Snapshot.Fact("best reward", "0.87"), new Snapshot.Fact("mean so far", "0.98" + names.about)),
                List.of(source(names.cameras.get(0), 0, "camera", 33, frozen), source(names.cameras.get(1), 1, "camera", 30, false),
                        source("joint_states", 2, "vector", 4, false)),
                joints(t),
                List.of(overlay(t)), cycles(), List.of(new Snapshot.Limit("end_to_end", "", 120), new Snapshot.Limit("tick_lateness", "", 2)),
                counters(),
                new Snapshot.Recording("recording", 12, t, ticks * 310_000L, 0, "push the T to the goal" + names.about), refusals());
    }

    private Map<String, String> refusals() {
        return switch (state) {
            case "fault" -> Map.of("start", "in fault: reset first");
            case "hold" -> Map.of("reset", "there is no fault to leave");
            default -> Map.of("start", "the policy drives already", "reset", "there is no fault to leave");
        };
    }

    private Snapshot.Joints joints(double t) {
        int count = names.joints.size();
        double[] lower = new double[count];
        double[] upper = new double[count];
        Arrays.fill(upper, 512);
        double[] inMs = new double[12];
        double[][] plan = new double[12][];
        for (int k = 0; k < plan.length; k++) {
            inMs[k] = 100 * k;
            plan[k] = at(t + k / 10.0, 120);
        }
        double[] none = new double[count];
        Arrays.fill(none, Double.NaN);
        return new Snapshot.Joints(names.joints, count == 2 ? "px" : "rad", at(t - .08, 118), commanding ? at(t, 120) : none, lower, upper,
                commanding ? new Snapshot.Plan(inMs, plan) : null);
    }

    private double[] at(double t, double swing) {
        double[] position = new double[names.joints.size()];
        for (int i = 0; i < position.length; i++) {
            position[i] = 256 + swing * Math.sin(t * (1 + i * .2) + i);
        }
        return position;
    }

    /** Eight seconds of driving, and a cycle in each. */
    @Override
    public synchronized Past past() {
        double t = ticks / 20.0;
        int moments = 160;
        double[] ageMs = new double[moments];
        float[][] commanded = new float[moments][];
        float[][] measured = new float[moments][];
        List<Past.Cycle> cycles = new ArrayList<>();
        for (int i = 0; i < moments; i++) {
            ageMs[i] = 50 * (moments - i);
            commanded[i] = floats(at(t - ageMs[i] / 1e3, 120));
            measured[i] = floats(at(t - ageMs[i] / 1e3 - .08, 118));
            if (i % 20 == 0) {
                cycles.add(new Past.Cycle(-moments + i, ageMs[i], 100, 120, false));
            }
        }
        return new Past(ageMs, commanded, measured, cycles);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private void record() {
        registry.latency(Stage.TICK_LATENESS).recordNs((long) (8_000 + 4_000 * Math.abs(random.nextGaussian())));
        registry.latency(Stage.TICK_DURATION).recordNs((long) (25_000 + 6_000 * Math.abs(random.nextGaussian())));
        registry.latency(Stage.INFERENCE).recordNs((long) (62e6 + 4e6 * random.nextGaussian()));
        registry.latency(Stage.ENCODE).recordNs((long) (4e6 + 3e5 * random.nextGaussian()));
        registry.latency(Stage.DENOISING_STEP).recordNs((long) (3.6e6 + 3e5 * random.nextGaussian()));
        registry.latency(Stage.SOURCE_AGE, names.cameras.get(0)).recordNs((long) (30e6 + 9e6 * random.nextGaussian()));
        registry.latency(Stage.SOURCE_AGE, "joint_states").recordNs((long) (5e6 + 1e6 * random.nextGaussian()));
        registry.latency(Stage.PREPARATION, names.cameras.get(0)).recordNs((long) (1e5 + 3e4 * Math.abs(random.nextGaussian())));
        registry.latency(Stage.END_TO_END).recordNs((long) (104e6 + 8e6 * random.nextGaussian()));
    }

    private Snapshot.Source source(String name, int input, String kind, double ageMs, boolean frozen) {
        return new Snapshot.Source(name, names.inputs.get(input), kind, ageMs, 100, frozen, false, 4.5, false, 1234, 0);
    }

    private Snapshot.Overlay overlay(double t) {
        List<double[]> fan = new ArrayList<>();
        for (int sample = 1; sample <= 6; sample++) {
            fan.add(curve(t, (sample - 3.5) * .03));
        }
        return new Snapshot.Overlay(names.cameras.get(0), curve(t, 0), 5, List.of(curve(t - 1, 0)), fan);
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
                new Snapshot.Counter("frames lost", 0, true), new Snapshot.Counter("commands out", ticks * 10, false),
                new Snapshot.Counter("commands dropped", 7, true, "/rosbag_record" + names.about + " 7"));
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
