package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.SourceHealth;
import dev.dpros.observation.SourceStatistics.Rejection;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Joint states of an arm (a, b) and a gripper (g), in messages of their own on one topic. */
class PartMergeTest {
    private static final MessageSchema JOINTS = SchemaCatalog.packaged().message("sensor_msgs/JointState");
    private static final long MS = 1_000_000L;
    private static final long BEGIN = 1_000_000 * MS;
    private static final List<String> ARM = List.of("a", "b");
    private static final List<String> GRIPPER = List.of("g");

    private final VectorSource source = source(Interpolation.LINEAR);

    private static VectorSource source(Interpolation interpolation) {
        return new VectorSource(new VectorConfig("/joint_states", FeatureSpec.of("state", FeatureSpec.Kind.STATE, 3),
                SourceHealth.Kind.JOINT_STATE, 100 * MS, StampConfig.DEFAULT, interpolation, 64),
                JOINTS.vector("position[a,g,b]"));
    }

    private static ByteBuffer message(long stampMs, List<String> names, double... positions) {
        return MessageEncoder.encode(JOINTS, Map.of("header", Map.of("stamp", BEGIN + stampMs * MS), "name", names, "position", positions));
    }

    /** Stamped and received at times after {@code BEGIN}. */
    private void send(long stampMs, long receivedMs, List<String> names, double... positions) {
        ByteBuffer message = message(stampMs, names, positions);
        source.claim(message.remaining()).put(message);
        source.commit(receivedMs * MS, BEGIN + receivedMs * MS);
    }

    private void send(long ms, List<String> names, double... positions) {
        send(ms, ms, names, positions);
    }

    private float[] at(long ms) {
        float[] out = new float[4];
        assertTrue(source.reader().read(BEGIN + ms * MS, out, 1));
        return new float[] {out[1], out[2], out[3]};
    }

    private float[] newest() {
        float[] out = new float[3];
        assertTrue(source.newest(out));
        return out;
    }

    @Test
    void shouldHaveAVectorOnceEveryNameHasCome() {
        send(10, ARM, 1, 2);
        assertFalse(source.newest(new float[3]));
        assertEquals(Long.MIN_VALUE, source.reader().newestStampNs());
        assertTrue(source.health().stale(10 * MS));
        send(14, GRIPPER, 3);
        assertArrayEquals(new float[] {1, 3, 2}, newest());
        assertEquals(1, source.statistics().taken());
        assertEquals(0, source.statistics().rejected());
    }

    @Test
    void shouldBeAsOldAsTheOldestName() {
        send(0, GRIPPER, 3);
        for (int i = 0; i <= 10; i++) {
            send(2 + i * 10, 3 + i * 10, ARM, i, -i);
        }
        assertEquals(0, source.health().lastReceivedNs());
        assertEquals(BEGIN, source.statistics().newestStampNs());
        assertEquals(BEGIN, source.reader().newestStampNs());
        assertArrayEquals(new float[] {10, 3, -10}, newest(), "the position is that of now, whatever its age");
        assertFalse(source.health().stale(100 * MS));
        assertTrue(source.health().stale(103 * MS), "the gripper came 103 ms ago");
        assertEquals(List.of(1), source.health().missing(103 * MS));
        assertEquals(List.of(), source.health().missing(300 * MS), "when nothing comes at all, no name is singled out");
        send(104, GRIPPER, 4);
        assertFalse(source.health().stale(104 * MS));
        assertEquals(BEGIN + 102 * MS, source.reader().newestStampNs());
    }

    @Test
    void shouldSeeAValueThatIsNotItsConstantWhicheverMessageBringsIt() {
        source.health().expect(ConstantElements.of(FeatureSpec.of("state", FeatureSpec.Kind.STATE, 3), new double[] {Double.NaN, 0.04, Double.NaN}));
        send(0, ARM, 1, 2);
        send(5, GRIPPER, 0.3);
        assertTrue(source.health().offConstant());
        assertEquals(1, source.health().offElement());
        assertEquals(0.3, source.health().offValue(), 1e-6);
        send(10, ARM, 3, 4);
        assertTrue(source.health().offConstant(), "the gripper is still there");
        send(15, GRIPPER, 0.04);
        assertFalse(source.health().offConstant());
    }

    @Test
    void shouldGiveEachNameItsValueAtATimeByItsOwnStamps() {
        send(0, ARM, 0, 0);
        send(5, GRIPPER, 100);
        send(10, ARM, 10, -10);
        send(20, ARM, 20, -20);
        send(25, GRIPPER, 300);
        send(30, ARM, 30, -30);
        assertArrayEquals(new float[] {15, 200, -15}, at(15), 1e-4f);
        assertArrayEquals(new float[] {20, 250, -20}, at(20), 1e-4f);
        assertArrayEquals(new float[] {28, 300, -28}, at(28), 1e-4f);
        assertArrayEquals(new float[] {30, 300, -30}, at(90), 1e-4f);
        assertArrayEquals(new float[] {0, 100, 0}, at(-9), 1e-4f);
    }

    @Test
    void shouldTakeTheNewestStampOfEachNameWhoeverSendsIt() {
        send(0, List.of("a", "b", "g"), 1, 1, 1);
        send(10, 20, List.of("b", "g"), 2, 2);
        send(5, 21, List.of("a", "b"), 3, 3);
        assertArrayEquals(new float[] {3, 2, 2}, newest(), "b at 5 ms is older than b at 10 ms");
        send(5, 22, List.of("a", "b"), 9, 9);
        assertEquals(1, source.statistics().rejected(Rejection.OUT_OF_ORDER));
        assertArrayEquals(new float[] {3, 2, 2}, newest());
    }

    @Test
    void shouldGoOnFromMessagesThatHadEveryName() {
        send(0, List.of("g", "b", "a"), 3, 2, 1);
        send(10, List.of("g", "b", "a"), 4, 3, 2);
        send(20, GRIPPER, 8);
        assertArrayEquals(new float[] {2, 8, 3}, newest());
        assertArrayEquals(new float[] {1.5f, 3.5f, 2.5f}, at(5), 1e-5f);
        assertArrayEquals(new float[] {2, 6, 3}, at(15), 1e-5f);
        assertEquals(10 * MS, source.health().lastReceivedNs());
        send(30, List.of("g", "b", "a"), 5, 4, 3);
        assertEquals(30 * MS, source.health().lastReceivedNs());
        assertArrayEquals(new float[] {3, 5, 4}, newest());
    }

    @Test
    void shouldForgetEveryNameWhenTheStampsJump() {
        send(5000, ARM, 1, 2);
        send(5001, GRIPPER, 3);
        send(100, 5010, ARM, 7, 8);
        assertEquals(1, source.health().stampJumps());
        assertFalse(source.newest(new float[3]), "the gripper's value is of another time");
        assertEquals(Long.MIN_VALUE, source.reader().newestStampNs());
        send(101, 5011, GRIPPER, 9);
        assertEquals(1, source.health().stampJumps(), "both jumped at once");
        assertArrayEquals(new float[] {7, 9, 8}, newest());
        assertEquals(BEGIN + 100 * MS, source.reader().newestStampNs());
        assertArrayEquals(new float[] {7, 9, 8}, at(90), "older samples are hidden");
    }

    @Test
    void shouldReportTheOffsetOfTheNameWhoseStampsFitLeast() {
        for (int i = 0; i < 6; i++) {
            send(i * 50 - 700, i * 50, GRIPPER, i);
            send(i * 50 - 2, i * 50, ARM, i, i);
        }
        assertEquals(700 * MS, source.health().stampOffsetNs());
    }

    @Test
    void shouldPassOverWhatHasNoneOfTheNamesAndRefuseWhatIsNotFinite() {
        send(0, ARM, 1, 2);
        send(1, GRIPPER, 3);
        send(2, List.of("wheel"), Double.NaN);
        send(3, ARM);
        assertEquals(2, source.statistics().passedOver());
        send(4, List.of("g", "wheel"), 5, Double.NaN);
        assertArrayEquals(new float[] {1, 5, 2}, newest());
        send(5, ARM, 7, Double.NaN);
        assertEquals(1, source.statistics().rejected(Rejection.NON_FINITE));
        assertEquals(1, source.statistics().rejected());
        assertArrayEquals(new float[] {1, 5, 2}, newest());
        send(6, List.of("a", "g", "b"), 8, 9);
        assertArrayEquals(new float[] {8, 9, 2}, newest(), "b has no value there");
    }

    @Test
    void shouldMergeWithoutAllocating() {
        ByteBuffer arm = message(0, List.of("a", "wheel", "b"), 1, 2, 3);
        ByteBuffer gripper = message(0, GRIPPER, 4);
        ByteBuffer other = message(0, List.of("wheel"), 5);
        long[] now = {0};
        double[] position = new double[3];
        float[] values = new float[3];
        SampleReader reader = source.reader();
        Allocation.assertNone(() -> {
            deliver(arm, now[0] += MS);
            deliver(gripper, now[0] += MS);
            deliver(other, now[0] += MS);
            source.read(position);
            reader.read(BEGIN + now[0] - 5 * MS, values, 0);
        });
        assertEquals(0, source.statistics().rejected());
        assertArrayEquals(new double[] {1, 4, 3}, position);
    }

    private void deliver(ByteBuffer message, long ns) {
        message.putInt(4, (int) ((BEGIN + ns) / 1_000_000_000L)).putInt(8, (int) ((BEGIN + ns) % 1_000_000_000L));
        ByteBuffer slot = source.claim(message.limit());
        slot.put(0, message, 0, message.limit());
        source.commit(ns, BEGIN + ns);
    }
}
