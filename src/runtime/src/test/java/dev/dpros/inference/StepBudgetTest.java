package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.inference.StepBudget.Decision;
import org.junit.jupiter.api.Test;

class StepBudgetTest {
    private static final long MS = 1_000_000L;

    private static StepBudget measured(double confidence, boolean abandon) {
        StepBudget budget = new StepBudget(new StepBudget.Config(2, 16, confidence, abandon));
        for (int i = 1; i <= 100; i++) {
            budget.stepCost(i <= 90 ? 4 * MS : 8 * MS);
            budget.overheadCost(20 * MS);
        }
        return budget;
    }

    @Test
    void shouldTakeAllStepsUntilItHasMeasured() {
        assertEquals(16, new StepBudget(new StepBudget.Config(2, 16, 0.9, false)).choose(0, 100));
    }

    @Test
    void shouldChooseTheStepsThatFitBeforeTheDeadline() {
        StepBudget budget = measured(0.9, false);
        assertEquals(7, budget.choose(50 * MS, 100));
        assertEquals(16, budget.choose(500 * MS, 100));
        assertEquals(2, budget.choose(10 * MS, 100));
        assertEquals(1, budget.chosen(7));
        assertEquals(3, budget.choose(500 * MS, 3), "a run with fewer steps takes no more");
        assertEquals(1, budget.choose(10 * MS, 1));
    }

    @Test
    void shouldPlanWithSlowerStepsWhenMoreConfidenceIsAskedFor() {
        assertEquals(3, measured(0.99, false).choose(50 * MS, 100));
    }

    @Test
    void shouldCutARunThatIsAboutToBeLateOnceItHasTheFewestSteps() {
        StepBudget budget = measured(0.9, false);
        assertEquals(Decision.GO_ON, budget.decide(5, 16, 4 * MS));
        assertEquals(Decision.CUT, budget.decide(5, 16, 3 * MS));
        assertEquals(Decision.GO_ON, budget.decide(1, 16, 3 * MS));
        assertEquals(Decision.GO_ON, budget.decide(16, 16, -MS));
        assertEquals(1, budget.decided(Decision.CUT));
    }

    @Test
    void shouldAbandonALateRunIfSoConfigured() {
        assertEquals(Decision.ABANDON, measured(0.9, true).decide(1, 16, -MS));
        assertEquals(Decision.GO_ON, measured(0.9, false).decide(1, 16, -MS));
    }

    @Test
    void shouldForgetOldCosts() {
        StepBudget budget = measured(0.9, false);
        for (int i = 0; i < StepBudget.KEPT; i++) {
            budget.stepCost(2 * MS);
        }
        assertEquals(15, budget.choose(50 * MS, 100));
    }

    @Test
    void shouldRefuseBoundsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new StepBudget.Config(0, 4, 0.9, false));
        assertThrows(IllegalArgumentException.class, () -> new StepBudget.Config(5, 4, 0.9, false));
        assertThrows(IllegalArgumentException.class, () -> new StepBudget.Config(1, 4, 1, false));
    }
}
