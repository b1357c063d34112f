package dev.dpros.observation;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader copies sample 1 while the writer overwrites its slot with sample 5: whole, or not at all. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "overtaken, and noticed")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "sample 1, whole")
@Outcome(expect = Expect.FORBIDDEN, desc = "torn")
@State
public class SampleRingStress {
    private final SampleRing ring = new SampleRing(4, 2);
    private final float[] out = new float[2];

    public SampleRingStress() {
        for (int value = 1; value <= 4; value++) {
            put(value);
        }
    }

    private void put(int value) {
        float[] slot = ring.claim();
        slot[0] = value;
        slot[1] = value;
        ring.commit(value, value, false);
    }

    @Actor
    public void writer() {
        put(5);
    }

    @Actor
    public void reader(III_Result result) {
        if (ring.copy(1, out, 0)) {
            result.r1 = (int) out[0];
            result.r2 = (int) out[1];
            result.r3 = 1;
        }
    }
}
