package dev.dpros.study;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.JoinConfig;
import dev.dpros.control.TimingConfig;
import dev.dpros.inference.GuideConfig;
import java.util.List;

/**
 * How a robot is driven while each inference takes a given time.
 *
 * @param strategy how the robot is driven meanwhile
 * @param latencyNs how long each inference takes, ns
 * @param actionSteps policy steps between two requests, Ta
 * @param guide how chunks are drawn; its conditioning follows from the strategy, its seed is that of the noise
 */
public record DelayConfig(DelayStrategy strategy, long latencyNs, int actionSteps, GuideConfig guide) {
    /** Control rate of the studies, Hz: a tick is one step of the physics. */
    static final int RATE_HZ = 100;
    private static final double POLICY_HZ = 10;
    private static final long MS = 1_000_000L;
    private static final long LONGEST_NS = 2_000 * MS;
    /** An action that is due since less than two ticks is still executed: a chunk comes one tick after it is asked for. */
    private static final TimingConfig TIMING =
            new TimingConfig(-20 * MS, 2 * LONGEST_NS, 2 * LONGEST_NS, 5 * LONGEST_NS, 100 * MS, 5);

    /** @throws IllegalArgumentException naming the value and its bound */
    public DelayConfig {
        if (latencyNs < 0 || latencyNs > LONGEST_NS) {
            throw new IllegalArgumentException("latency: expected 0 to " + LONGEST_NS / MS + " ms, found " + latencyNs / MS);
        }
    }

    /** What the sampler makes of the chunk before. */
    GuideConfig.Conditioning conditioning() {
        if (strategy == DelayStrategy.REAL_TIME_CHUNKING) {
            return GuideConfig.Conditioning.REAL_TIME_CHUNKING;
        }
        return strategy == DelayStrategy.WARM_START ? GuideConfig.Conditioning.WARM_START : GuideConfig.Conditioning.NONE;
    }

    /** The loop's configuration for PushT. */
    ControlConfig control(int chunkSteps) {
        return ControlConfig.of(List.of("x", "y"), RATE_HZ, POLICY_HZ, chunkSteps, actionSteps).with(JoinConfig.of(strategy.join()))
                .with(TIMING);
    }
}
