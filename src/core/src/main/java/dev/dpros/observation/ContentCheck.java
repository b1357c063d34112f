package dev.dpros.observation;

import org.jspecify.annotations.Nullable;

/** Decides from frame to frame whether a camera's content is frozen or blank. The preparation thread only. */
final class ContentCheck {
    private final ContentRule rule;
    private final @Nullable MotionWitness motion;
    private long firstOfRunNs;
    private int repeats;
    private boolean frozen;
    private boolean blank;

    /** @param motion may be null: repetition alone then decides */
    ContentCheck(ContentRule rule, @Nullable MotionWitness motion) {
        this.rule = rule;
        this.motion = motion;
    }

    /** Takes one frame's findings in. */
    void observe(boolean repeated, double deviation, long receivedNs) {
        blank = deviation < rule.blankBelow();
        if (!repeated) {
            repeats = 0;
            firstOfRunNs = receivedNs;
            frozen = false;
            return;
        }
        repeats++;
        frozen = frozen || rule.frozenAfterNs() > 0
                && repeats >= rule.frozenAfterFrames()
                && receivedNs - firstOfRunNs >= rule.frozenAfterNs()
                && (rule.motion() == 0 || motion == null || motion.displacementSince(firstOfRunNs) >= rule.motion());
    }

    boolean frozen() {
        return frozen;
    }

    boolean blank() {
        return blank;
    }
}
