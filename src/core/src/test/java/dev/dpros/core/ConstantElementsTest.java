package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConstantElementsTest {
    private static final FeatureSpec STATE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 3);
    private static final FeatureSpec IMAGE = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 2, 2);
    private static final double VARIED = Double.NaN;

    private final ConstantElements gripper = ConstantElements.of(STATE, new double[] {VARIED, VARIED, 0.04});

    @Test
    void shouldLookAtEveryStepAndAtConstantsAlone() {
        assertEquals(-1, gripper.firstOff(new float[] {1, 2, 0.04f, 3, 4, 0.04f}));
        assertEquals(5, gripper.firstOff(new float[] {1, 2, 0.04f, 3, 4, 0.3f}));
        assertEquals(2, gripper.element(5));
        assertEquals(2, gripper.firstOff(new float[] {1, 2, Float.NaN}), "not a number is not the constant");
    }

    @Test
    void shouldLookAtEachPixelOfAChannel() {
        ConstantElements blue = ConstantElements.of(IMAGE, new double[] {VARIED, VARIED, 0});
        float[] picture = new float[12];
        picture[3] = 1;
        assertEquals(-1, blue.firstOff(picture), "the first channel varied");
        picture[10] = 1;
        assertEquals(10, blue.firstOff(picture));
        assertEquals(2, blue.element(10));
    }

    @Test
    void shouldAllowATenThousandthOfALargeConstant() {
        assertTrue(ConstantElements.same(300, 300.03));
        assertFalse(ConstantElements.same(300, 300.04));
        assertTrue(ConstantElements.same(-300, -300.03));
        assertTrue(ConstantElements.same(0, 0.0001));
        assertFalse(ConstantElements.same(0, -0.00011));
        assertFalse(ConstantElements.same(0, Double.NaN));
    }

    @Test
    void shouldNameElementAndBound() {
        assertEquals("observation.state[2] is 0.3, was 0.04 throughout the training data (allowed: 0.0001 off)", gripper.text(2, 0.3));
        ConstantElements named = gripper.named(List.of("x", "y", "gripper"));
        assertEquals("observation.state[2] (gripper) is NaN, was 0.04 throughout the training data (allowed: 0.0001 off)",
                named.text(2, Double.NaN));
        assertEquals(1, named.warnings().size());
        assertTrue(named.warnings().get(0).startsWith("observation.state[2] (gripper) was 0.04 throughout the training data: "));
        assertSame(gripper, gripper.named(List.of("x")), "not one name for each");
    }

    @Test
    void shouldBeNoneWhereEverythingVaried() {
        ConstantElements none = ConstantElements.of(STATE, new double[] {VARIED, VARIED, VARIED});
        assertTrue(none.isEmpty());
        assertEquals(-1, none.firstOff(new float[] {1, 2, 3}));
        assertEquals(List.of(), none.warnings());
        assertFalse(gripper.isEmpty());
    }

    @Test
    void shouldKeepTheConstantsWhateverBecomesOfTheArray() {
        double[] given = {1, VARIED, VARIED};
        ConstantElements constants = ConstantElements.of(STATE, given);
        given[0] = 2;
        assertEquals(1, constants.constant(0));
    }
}
