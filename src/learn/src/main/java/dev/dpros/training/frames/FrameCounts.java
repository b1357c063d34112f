package dev.dpros.training.frames;

import java.util.BitSet;
import java.util.Locale;
import java.util.stream.IntStream;

/** What the cache has done. Any thread. */
public final class FrameCounts {
    private final CachePlan plan;
    private final long pictures;
    private final int claimed;
    private final BitSet seen = new BitSet();
    private long there;
    private long decoded;
    private long reads;
    private long waits;
    private long damaged;

    /** Nothing yet. @param claimed blocks that an earlier process says it has stored */
    FrameCounts(CachePlan plan, int claimed) {
        this.plan = plan;
        this.claimed = claimed;
        pictures = IntStream.range(0, plan.blocks().count()).filter(plan::trained).mapToLong(this::pictures).sum();
    }

    private long pictures(int block) {
        return (long) plan.blocks().rows(block) * plan.blocks().cameras();
    }

    /**
     * A moment's counts.
     *
     * @param decoded pictures decoded so far, again and again where they do not stay
     * @param reads pictures that batches took
     * @param waits how many of these they had to wait for
     * @param damaged blocks found damaged and decoded again
     */
    public record Snapshot(long decoded, long reads, long waits, long damaged) {
        /** What came since an earlier moment. */
        public Snapshot since(Snapshot before) {
            return new Snapshot(decoded - before.decoded, reads - before.reads, waits - before.waits, damaged - before.damaged);
        }

        /** Share of pictures that were there when a batch asked, percent. */
        public double hits() {
            return reads == 0 ? 0 : 100.0 * (reads - waits) / reads;
        }
    }

    /** Now. */
    public synchronized Snapshot now() {
        return new Snapshot(decoded, reads, waits, damaged);
    }

    /** Blocks that an earlier process says it has stored. */
    public int claimed() {
        return claimed;
    }

    /** A word for a progress line. @param since counts of a moment before @param seconds since then */
    public synchronized String word(Snapshot since, double seconds) {
        Snapshot lately = now().since(since);
        String ready = there >= pictures ? "" : String.format(Locale.ROOT, "%,d of %,d pictures seen, ", there, pictures);
        String again = lately.decoded == 0 ? "" : String.format(Locale.ROOT, "%.0f/s decoded, ", lately.decoded / Math.max(1e-9, seconds));
        return ready + again + String.format(Locale.ROOT, "%.1f %% from the cache", lately.hits());
    }

    synchronized void decoded() {
        decoded++;
    }

    synchronized void there(int block) {
        if (plan.trained(block) && !seen.get(block)) {
            seen.set(block);
            there += pictures(block);
        }
    }

    synchronized void read(boolean waited) {
        reads++;
        waits += waited ? 1 : 0;
    }

    synchronized void damaged() {
        damaged++;
    }
}
