package dev.dpros.observation;

import dev.dpros.core.SourceHealth;
import dev.dpros.core.StampOrder.Verdict;
import java.util.Arrays;

/**
 * The newest values of each named part (joint) of a topic whose messages bring some of the parts each: an arm and a gripper
 * on {@code /joint_states}. Every part's stamps are judged on their own, so of several publishers of one part the newest
 * stamp wins; every part has an age of its own. There is a vector once every part has been seen, and so again after the
 * stamps have jumped. One thread; allocates nothing after construction.
 */
final class PartMerge {
    private final SourceHealth health;
    private final int width;
    private final float[] values;
    private final long[] stampsNs;
    private final long[] receivedNs;
    private final boolean[] seen;
    private final boolean[] taken;
    private final long[] offsetsNs;
    private final StampTracker[] trackers;
    private boolean active;

    /** @param size number of values, as many for each part */
    PartMerge(StampConfig stamps, int parts, int size, SourceHealth health) {
        this.health = health;
        width = size / parts;
        values = new float[size];
        stampsNs = new long[parts];
        receivedNs = new long[parts];
        seen = new boolean[parts];
        taken = new boolean[parts];
        offsetsNs = new long[parts];
        trackers = new StampTracker[parts];
        for (int i = 0; i < parts; i++) {
            trackers[i] = new StampTracker(stamps);
        }
        Arrays.fill(receivedNs, SourceHealth.NEVER);
        Arrays.fill(offsetsNs, SourceHealth.UNKNOWN);
    }

    /** Whether parts come apart. */
    boolean active() {
        return active;
    }

    /** Parts come apart from now on; before, every message had all. @param whole what judged them @param ring where they are */
    void begin(StampTracker whole, SampleRing ring) {
        active = true;
        ring.tellApart();
        long number = ring.newest();
        boolean any = number > 0 && ring.copy(number, values, 0);
        for (int i = 0; i < trackers.length; i++) {
            trackers[i].follow(whole);
            seen[i] = any;
            stampsNs[i] = any ? ring.stampNs(number) : 0;
            receivedNs[i] = any ? ring.receivedNs(number) : SourceHealth.NEVER;
            health.received(i, receivedNs[i]);
        }
    }

    /**
     * Takes in what a message brought.
     *
     * @param read the message's values
     * @param present which of its parts it has
     * @param received monotonic receive time, ns
     * @return {@code OUT_OF_ORDER} if no part is newer than it was; {@code NEW_EPOCH} if all else was forgotten
     */
    Verdict take(float[] read, boolean[] present, long headerNs, long received, long receivedRosNs) {
        boolean any = false;
        boolean jumped = false;
        for (int i = 0; i < trackers.length; i++) {
            Verdict verdict = present[i] ? judge(i, headerNs, receivedRosNs) : Verdict.OUT_OF_ORDER;
            taken[i] = verdict != Verdict.OUT_OF_ORDER;
            any |= taken[i];
            jumped |= verdict == Verdict.NEW_EPOCH;
        }
        if (jumped) {
            forget(present, headerNs, receivedRosNs);
        }
        for (int i = 0; i < trackers.length; i++) {
            if (taken[i]) {
                put(i, read, headerNs, received, receivedRosNs);
            }
        }
        return jumped ? Verdict.NEW_EPOCH : any ? Verdict.KEEP : Verdict.OUT_OF_ORDER;
    }

    private Verdict judge(int part, long headerNs, long receivedRosNs) {
        return trackers[part].accept(trackers[part].stampNs(headerNs, receivedRosNs), receivedRosNs);
    }

    /** What was there before is of another time; what this message has is the first of the new one. */
    private void forget(boolean[] present, long headerNs, long receivedRosNs) {
        for (int i = 0; i < trackers.length; i++) {
            trackers[i].forget();
            seen[i] = false;
            receivedNs[i] = SourceHealth.NEVER;
            offsetsNs[i] = SourceHealth.UNKNOWN;
            health.received(i, SourceHealth.NEVER);
            taken[i] = present[i];
            if (present[i]) {
                judge(i, headerNs, receivedRosNs);
            }
        }
    }

    private void put(int part, float[] read, long headerNs, long received, long receivedRosNs) {
        System.arraycopy(read, part * width, values, part * width, width);
        seen[part] = true;
        stampsNs[part] = trackers[part].stampNs(headerNs, receivedRosNs);
        receivedNs[part] = received;
        offsetsNs[part] = trackers[part].offsetNs(Verdict.KEEP, headerNs, receivedRosNs, received);
        health.received(part, received);
    }

    /** Whether every part has been seen. */
    boolean complete() {
        for (boolean one : seen) {
            if (!one) {
                return false;
            }
        }
        return true;
    }

    /** Copies the newest values of all parts. */
    void copy(float[] out) {
        System.arraycopy(values, 0, out, 0, values.length);
    }

    /** Stamps by part. */
    long[] stampsNs() {
        return stampsNs;
    }

    /** Stamp of the oldest part, ns. */
    long oldestStampNs() {
        return least(stampsNs);
    }

    /** Arrival of the part that came longest ago, monotonic, ns. */
    long oldestReceivedNs() {
        return least(receivedNs);
    }

    private static long least(long[] times) {
        long least = times[0];
        for (long time : times) {
            least = Math.min(least, time);
        }
        return least;
    }

    /** The offset of the part whose stamps fit the node's clock least, ns, or {@link SourceHealth#UNKNOWN}. */
    long worstOffsetNs() {
        long worst = SourceHealth.UNKNOWN;
        for (long offset : offsetsNs) {
            boolean further = worst == SourceHealth.UNKNOWN || Math.abs(offset) > Math.abs(worst);
            worst = offset != SourceHealth.UNKNOWN && further ? offset : worst;
        }
        return worst;
    }
}
