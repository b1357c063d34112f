package dev.dpros.observation;

import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A reader copies message 1 while the writer overwrites its slot with message 3: whole, or not at all. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "overtaken, and noticed")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "message 1, whole")
@Outcome(expect = Expect.FORBIDDEN, desc = "torn")
@State
public class MessageRingStress {
    private final MessageRing ring = new MessageRing(2, 64);
    private final MessageCopy copy = new MessageCopy();

    public MessageRingStress() {
        put(1);
        put(2);
    }

    private void put(long value) {
        ByteBuffer slot = ring.claim(16);
        slot.putLong(0, value);
        slot.putLong(8, value);
        ring.commit(value, value);
    }

    @Actor
    public void writer() {
        put(3);
    }

    @Actor
    public void reader(III_Result result) {
        if (ring.copy(1, copy)) {
            result.r1 = (int) copy.bytes().getLong(0);
            result.r2 = (int) copy.bytes().getLong(8);
            result.r3 = (int) copy.receivedNs();
        }
    }
}
