package dev.dpros.inference;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;
import java.util.function.Function;

/** A policy that answers as it is told: two actions of dimension 1. */
final class FakePolicy implements ChunkPolicy {
    static final PolicyConfig CONFIG = new PolicyConfig(1, 2, 2,
            List.of(FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 1)),
            FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 1), new UnetConfig(List.of(8, 8), 3, 4, 8, true), null,
            TestPolicies.ddim(8));

    private final Function<Sampling, double[]> answer;
    volatile Thread closedBy;
    volatile int warmUps;

    FakePolicy(Function<Sampling, double[]> answer) {
        this.answer = answer;
    }

    @Override
    public PolicyConfig config() {
        return CONFIG;
    }

    @Override
    public void warmUp() {
        warmUps++;
    }

    @Override
    public Prediction predictAction(ObservationWindow window, Sampling sampling) {
        return new Prediction(1, new float[1], new float[2], 2, answer.apply(sampling), 8);
    }

    @Override
    public void close() {
        closedBy = Thread.currentThread();
    }
}
