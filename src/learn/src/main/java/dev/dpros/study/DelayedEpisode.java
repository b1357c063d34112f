package dev.dpros.study;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTRobot;
import java.util.function.Function;

/** One PushT episode on a clock of its own, whose chunks come late by a given time. One thread. */
final class DelayedEpisode {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int TICKS_PER_STEP = DelayConfig.RATE_HZ / 10;
    private static final double GRID_HZ = 10;

    /**
     * What an episode is made of; some parts need its clock.
     *
     * @param latencyNs how late chunks come
     * @param unstamped whether a chunk's first action is taken to belong to its arrival
     */
    record Parts(Function<ManualClock, Driver> driver, Function<ManualClock, SamplingGuide> guide, long latencyNs,
            boolean unstamped) {}

    private final long seed;
    private final ManualClock clock = new ManualClock(START_NS);
    private final PushTRobot robot = new PushTRobot(PushTRobot.Options.REFERENCE);
    private final Driver driver;
    private final SamplingGuide guide;
    private final Parts parts;
    private final ObservationHistory history;
    private final ObservationWindow window;
    private final double[][] grid = new double[3][2];
    private ActionChunk previous;
    private SamplingGuide.Request request;
    private Prediction prediction;
    private long dueNs;
    private int chunks;
    private int evaluations;
    private int ticks;
    private int gridPoints;
    private double largestChange;

    DelayedEpisode(long seed, Parts parts, ObservationWindow window, PushTCamera camera) {
        this.seed = seed;
        this.window = window;
        driver = parts.driver.apply(clock);
        guide = parts.guide.apply(clock);
        this.parts = parts;
        history = new ObservationHistory(window.features(), window.steps(), TICKS_PER_STEP, camera);
        robot.reset(seed, START_NS);
    }

    /** Delivers what is due, sees, decides; returns whether a chunk is to be drawn now. */
    boolean tick() {
        history.observe(robot);
        if (prediction != null && clock.rosNs() >= dueNs) {
            deliver();
        }
        boolean asks = driver.tick(robot);
        if (asks) {
            history.fill(window);
            window.stampNs = clock.rosNs();
            request = new SamplingGuide.Request(chunks + 1, clock.monotonicNs(), Long.MAX_VALUE / 2, driver.executedSteps(),
                    window, previous);
        }
        if (ticks++ % TICKS_PER_STEP == 0) {
            measureCommand();
        }
        return asks;
    }

    /** How the chunk that was asked for is to be drawn. */
    Sampling sampling() {
        return guide.begin(request);
    }

    /** What was drawn; it arrives after the latency. */
    void drawn(Prediction drawn) {
        prediction = drawn;
        dueNs = clock.rosNs() + parts.latencyNs;
    }

    private void deliver() {
        guide.finished(request, prediction);
        long firstStampNs = parts.unstamped ? clock.rosNs() : window.stampNs;
        previous = new ActionChunk(++chunks, window.stampNs, firstStampNs, Math.round(1e9 / GRID_HZ), 2, prediction.actions(),
                prediction.denoisingSteps());
        evaluations += prediction.denoisingSteps();
        prediction = null;
        driver.arrived(previous, robot);
    }

    /** Change of the command's velocity from one policy step to the next, px/s: what a robot would have to follow. */
    private void measureCommand() {
        double[] oldest = grid[0];
        grid[0] = grid[1];
        grid[1] = grid[2];
        grid[2] = oldest;
        if (driver.commanded(oldest) && ++gridPoints >= grid.length) {
            for (int d = 0; d < 2; d++) {
                double change = Math.abs(grid[2][d] - 2 * grid[1][d] + grid[0][d]) * GRID_HZ;
                largestChange = Math.max(largestChange, change);
            }
        }
    }

    /** Lets one control period pass. */
    void advance() {
        clock.advanceNs(PushTRobot.STEP_NS);
        robot.advance(clock.rosNs());
    }

    long seed() {
        return seed;
    }

    ObservationWindow window() {
        return window;
    }

    boolean over() {
        return robot.ending() != PushTRobot.Ending.NONE;
    }

    boolean success() {
        return robot.ending() == PushTRobot.Ending.SUCCESS;
    }

    double maxReward() {
        return robot.maxReward();
    }

    /** Length so far, s. */
    double seconds() {
        return (clock.rosNs() - START_NS) * 1e-9;
    }

    int chunks() {
        return chunks;
    }

    int evaluations() {
        return evaluations;
    }

    Driver.Joins joins() {
        return driver.joins();
    }

    double largestChange() {
        return largestChange;
    }
}
