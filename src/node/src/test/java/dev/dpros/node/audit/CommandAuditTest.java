package dev.dpros.node.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.ChunkStrategy;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.Interpolation;
import dev.dpros.control.JoinConfig;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.node.audit.CommandAudit.Finding;
import dev.dpros.node.audit.CommandAudit.Trajectory;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finds nothing in what the control loop publishes for a wild policy, and everything that is put in. */
@Tag("long")
class CommandAuditTest {
    private static final List<JointLimits> LIMITS = List.of(new JointLimits("a", -2.8, 2.8, 1.5, 4, 40),
            new JointLimits("b", -3, -0.1, 1.5, 4, 40));

    /** Two minutes at 200 Hz of chunks drawn at random far beyond the limits. */
    private static List<Trajectory> wild(int ticks) {
        return wild(ticks, PositionSource.NONE, 0);
    }

    private static List<Trajectory> wild(int ticks, PositionSource human, long firstPointNs) {
        ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
        List<Trajectory> published = new ArrayList<>();
        Random random = new Random(3);
        boolean[] busy = new boolean[1];
        ControlConfig config = ControlConfig.of(List.of("a", "b"), 200, 10, 15, 6).with(Interpolation.CUBIC)
                .with(JoinConfig.of(ChunkStrategy.REPLACE));
        SafetyFilter filter = config.safetyFilter(LIMITS);
        filter.pointAt(firstPointNs);
        ControlLoop loop = new ControlLoop(ControlLoop.Wiring.of(config, filter, List.of(), out -> {
            out[0] = 0.3;
            out[1] = -1;
            return true;
        }, new ChunkRequester() {
            @Override
            public boolean request(long requestNs, long deadlineNs, int executedSteps) {
                busy[0] = true;
                return true;
            }

            @Override
            public boolean busy() {
                return busy[0];
            }

            @Override
            public long runningSinceNs() {
                return Long.MIN_VALUE;
            }
        }, frame -> published.add(copy(published.size(), frame, firstPointNs))).teleoperatedBy(human));
        loop.watchdog().request(SafetyEvent.STARTED);
        for (int i = 0; i < ticks; i++) {
            clock.advanceNs(5_000_000);
            if (busy[0] && random.nextInt(20) == 0) {
                busy[0] = false;
                long stampNs = clock.rosNs() - random.nextInt(200) * 1_000_000L;
                double[] values = random.doubles(30, -6, 6).toArray();
                loop.inbox().accept(new ActionChunk(i + 1, stampNs, stampNs, 100_000_000L, 2, values, 1));
            }
            loop.tick(clock.rosNs(), clock.monotonicNs());
        }
        return published;
    }

    /** What is sent of a frame: from the point at this time on; stamped zero if that is not now. */
    private static Trajectory copy(int sequence, CommandFrame frame, long firstPointNs) {
        int first = Arrays.binarySearch(frame.timeFromStartNs, 0, frame.points, firstPointNs);
        assertTrue(first >= 0, "no point at " + firstPointNs + " ns");
        return new Trajectory(sequence, first == 0 ? frame.stampNs : 0, Arrays.copyOfRange(frame.timeFromStartNs, first, frame.points),
                Arrays.copyOfRange(frame.positions, 2 * first, 2 * frame.points),
                Arrays.copyOfRange(frame.velocities, 2 * first, 2 * frame.points));
    }

    private static CommandAudit audit(List<Trajectory> published) {
        CommandAudit audit = new CommandAudit(LIMITS);
        published.forEach(audit::check);
        return audit;
    }

    @Test
    void shouldFindNothingInWhatTheLoopPublishes() {
        List<Trajectory> published = wild(24_000);
        CommandAudit audit = audit(published);
        assertEquals("", audit.first());
        assertEquals(published.size(), audit.messages());
        double[] shares = audit.largestShares();
        assertTrue(shares[0] > 0.95 && shares[1] > 0.95 && shares[2] > 0.95, "the policy is wild: " + Arrays.toString(shares));
    }

    @ParameterizedTest
    @ValueSource(longs = {5_000_000, 13_000_000, 40_000_000, 200_000_000})
    void shouldFindNothingWhenTrajectoriesBeginAhead(long firstPointNs) {
        CommandAudit audit = audit(wild(12_000, PositionSource.NONE, firstPointNs));
        assertEquals("", audit.first());
        assertTrue(audit.largestShares()[1] > 0.95 && audit.largestShares()[2] > 0.95, Arrays.toString(audit.largestShares()));
    }

    @Test
    void shouldFindNothingWhenAWildHumanTakesOverAndGivesBack() {
        Random random = new Random(11);
        boolean[] drives = new boolean[1];
        int[] takeovers = new int[1];
        List<Trajectory> published = wild(24_000, out -> {
            if (random.nextInt(100) == 0) {
                drives[0] = !drives[0];
                takeovers[0]++;
            }
            out[0] = random.nextDouble(-6, 6);
            out[1] = random.nextDouble(-6, 6);
            return drives[0];
        }, 0);
        CommandAudit audit = audit(published);
        assertEquals("", audit.first());
        assertTrue(takeovers[0] > 200 && audit.largestShares()[2] > 0.95);
    }

    @Test
    void shouldNotMistakeAMessageThatWasLostForAJump() {
        Random random = new Random(5);
        List<Trajectory> published = wild(24_000);
        List<Trajectory> received = published.stream().filter(t -> random.nextInt(20) > 0).toList();
        CommandAudit audit = audit(received);
        assertEquals("", audit.first());
        assertEquals(published.get(published.size() - 1).sequence() + 1 - received.size(), audit.lost(), 3);
        assertTrue(audit.lost() > 500);
    }

    @Test
    void shouldFindEachKindOfViolation() {
        List<Trajectory> good = wild(1_000);
        assertEquals(Set.of(), audit(good).findings().keySet());
        expect(good, Finding.POSITION, t -> t.positions()[2 * (t.points() / 2)] = 2.9);
        expect(good, Finding.VELOCITY, t -> t.velocities()[2 * (t.points() / 2)] = 1.6);
        expect(good, Finding.ACCELERATION, t -> t.velocities()[2 * (t.points() / 2)] += 0.05);
        expect(good, Finding.JERK, t -> t.velocities()[2 * (t.points() / 2)] += 0.006);
        expect(good, Finding.INCONSISTENT, t -> t.positions()[2 * (t.points() / 2)] += 1e-3);
        expect(good, Finding.NOT_AT_REST, t -> t.velocities()[2 * t.points() - 1] = 1e-3);
        expect(good, Finding.MALFORMED, t -> t.positions()[1] = Double.NaN);
        expect(good, Finding.MALFORMED, t -> t.timesNs()[1] = t.timesNs()[0]);
        expect(good, Finding.JUMP, t -> {
            for (int i = 0; i < t.points(); i++) {
                t.positions()[2 * i] += 2e-4;
            }
        });
    }

    private static void expect(List<Trajectory> good, Finding finding, Consumer<Trajectory> spoil) {
        List<Trajectory> bad = new ArrayList<>(good);
        Trajectory one = good.get(700);
        Trajectory spoilt = new Trajectory(one.sequence(), one.stampNs(), one.timesNs().clone(), one.positions().clone(),
                one.velocities().clone());
        spoil.accept(spoilt);
        bad.set(700, spoilt);
        assertTrue(audit(bad).findings().containsKey(finding), finding + ": " + audit(bad).findings());
    }
}
