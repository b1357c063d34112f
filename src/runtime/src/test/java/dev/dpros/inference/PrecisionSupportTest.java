package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which precision a policy runs in, and how that is decided. */
class PrecisionSupportTest {
    private final PolicyDefinition tiny = TestPolicies.tiny();

    /** A choice for this policy. */
    static PrecisionChoice choice(PolicyDefinition policy, Precision precision) {
        return new PrecisionChoice(precision, PolicyHash.of(policy), 0.05, "8 random",
                List.of(new PrecisionChoice.Candidate(precision, 0.01, 0.001, 1.5, "")));
    }

    private static PolicyDefinition with(PolicyDefinition policy, PrecisionChoice choice) {
        return new PolicyDefinition(policy.config(), policy.weights(), policy.normalizers(), policy.source(), choice);
    }

    private static Precision auto(PolicyDefinition policy) {
        return PrecisionSupport.decided(policy, InferenceOptions.DEFAULT.withPrecision(Precision.AUTO)).precision();
    }

    @Test
    void shouldTakeWhatWasDecidedAndElseFloat32() {
        assertEquals(Precision.FLOAT32, auto(tiny));
        assertEquals(Precision.INT8, auto(with(tiny, choice(tiny, Precision.INT8))));
        assertEquals(Precision.FLOAT32, auto(with(tiny, choice(TestPolicies.stateOnly(16, new UnetConfig(List.of(16, 32), 3, 8, 16, true)),
                Precision.FLOAT32))));
    }

    @Test
    void shouldRefuseWhatWasDecidedForOtherWeights() {
        PolicyDefinition other = TestPolicies.stateOnly(16, new UnetConfig(List.of(16, 32), 3, 8, 16, true));
        String message = assertThrows(InputException.class, () -> auto(with(tiny, choice(other, Precision.INT8)))).getMessage();
        assertTrue(message.startsWith("sampler.precision: auto: ") && message.contains("dpros precision test policy"), message);
    }

    @Test
    void shouldRefuseWhatTheDeviceCannotDo() {
        assertDoesNotThrow(() -> PrecisionSupport.require(InferenceOptions.DEFAULT.withPrecision(Precision.INT8)));
        String message = assertThrows(InputException.class, () -> PrecisionSupport.require(
                InferenceOptions.DEFAULT.withDevice("cuda").withPrecision(Precision.INT8))).getMessage();
        assertEquals("sampler.precision: value: expected one that this machine can compute in, such as float32, found int8 (cuda)", message);
        assertDoesNotThrow(() -> PrecisionSupport.require(InferenceOptions.DEFAULT.withDevice("cuda")));
    }

    /** Layers too small for 8 bits: nothing differs, and the error says so. */
    @Test
    void shouldMeasureEveryPrecisionAndTakeOneWithinTheBound() {
        PrecisionChoice choice = PrecisionCalibration.decide(tiny, RandomObservations.of(tiny, 2), "2 random");
        assertEquals(PolicyHash.of(tiny), choice.policy());
        assertEquals(List.of(Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8),
                choice.candidates().stream().map(PrecisionChoice.Candidate::precision).toList());
        PrecisionChoice.Candidate int8 = choice.candidates().get(2);
        assertTrue(int8.error() < 1e-5 && int8.chunk() < 1e-4 && int8.stepMs() > 0, int8.toString());
    }

    @Test
    void shouldRefuseAChoiceOfWhatWasNotMeasured() {
        assertThrows(IllegalArgumentException.class, () -> new PrecisionChoice(Precision.AUTO, "", 0.05, "", List.of()));
        assertThrows(IllegalArgumentException.class, () -> new PrecisionChoice(Precision.INT8, "", 0.05, "",
                List.of(new PrecisionChoice.Candidate(Precision.INT8, 0, 0, 0, "not here"))));
    }
}
