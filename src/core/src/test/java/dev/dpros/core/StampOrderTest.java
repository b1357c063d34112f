package dev.dpros.core;

import static dev.dpros.core.StampOrder.Verdict.KEEP;
import static dev.dpros.core.StampOrder.Verdict.NEW_EPOCH;
import static dev.dpros.core.StampOrder.Verdict.OUT_OF_ORDER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StampOrderTest {
    private static final long JUMP_NS = 1_000;

    private final StampOrder order = new StampOrder(JUMP_NS);

    @BeforeEach
    void begin() {
        assertEquals(KEEP, order.accept(10_000, 20_000), "the first, whatever it says");
    }

    @Test
    void shouldDropWhatIsNotNewerAndMeasureFromTheLastKept() {
        assertEquals(OUT_OF_ORDER, order.accept(10_000, 20_100), "the same again");
        assertEquals(OUT_OF_ORDER, order.accept(9_900, 20_200));
        assertEquals(KEEP, order.accept(10_300, 20_300));
    }

    @Test
    void shouldBearADisagreementUpToTheJump() {
        assertEquals(KEEP, order.accept(10_000 + JUMP_NS + 100, 20_100));
        assertEquals(NEW_EPOCH, order.accept(10_000 + 2 * JUMP_NS + 301, 20_200));
    }

    @Test
    void shouldBeginAnewWhenStampsJumpBack() {
        assertEquals(NEW_EPOCH, order.accept(8_000, 20_100));
        assertEquals(KEEP, order.accept(8_100, 20_200));
    }

    /** A bag that is played again with simulated time: both run backward together. */
    @Test
    void shouldBeginAnewWhenTheClockItselfRunsBackward() {
        assertEquals(NEW_EPOCH, order.accept(9_990, 19_990));
        assertEquals(KEEP, order.accept(10_000, 20_000));
    }

    @Test
    void shouldKeepAnythingOnceItForgot() {
        order.forget();
        assertEquals(KEEP, order.accept(1, 20_100));
        assertEquals(KEEP, order.accept(101, 20_200));
    }

    @Test
    void shouldGoOnWhereAnotherSeriesIs() {
        StampOrder other = new StampOrder(JUMP_NS);
        other.follow(order);
        assertEquals(OUT_OF_ORDER, other.accept(10_000, 20_100));
        other.follow(new StampOrder(JUMP_NS));
        assertEquals(KEEP, other.accept(1, 20_100), "that one had seen nothing");
    }
}
