package dev.dpros.node.page;

import dev.dpros.metrics.dashboard.Past;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long the cycles of the last minute took. The control thread writes, without allocation or waiting; any thread reads.
 * Memory is bounded: of more than ten cycles a second the newest are kept.
 */
final class CyclePast {
    private static final long SPAN_NS = 60_000_000_000L;
    private static final int CYCLES = 600;
    private static final int ROOM = CYCLES + 8;
    private static final int FIELDS = 4;

    private final AtomicLongArray slots = new AtomicLongArray(ROOM * FIELDS);
    private volatile long count;

    /**
     * Keeps a cycle. Control thread.
     *
     * @param id of the chunk
     * @param sentNs when its first command was sent, monotonic time
     * @param totalNs from the observation's stamp to that
     * @param deadlineNs after the stamp; 0 or less: none
     */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void note(long id, long sentNs, long totalNs, long deadlineNs) {
        int at = (int) (count % ROOM) * FIELDS;
        slots.setOpaque(at, id);
        slots.setOpaque(at + 1, sentNs);
        slots.setOpaque(at + 2, totalNs);
        slots.setOpaque(at + 3, deadlineNs);
        count = count + 1;
    }

    /** The cycles of the last minute, oldest first. Any thread; allocates. */
    List<Past.Cycle> last(long nowNs) {
        List<Past.Cycle> last = new ArrayList<>();
        long end = count;
        for (long i = Math.max(0, end - CYCLES); i < end; i++) {
            int at = (int) (i % ROOM) * FIELDS;
            long ageNs = nowNs - slots.getOpaque(at + 1);
            if (ageNs <= SPAN_NS) {
                long totalNs = slots.getOpaque(at + 2);
                long deadlineNs = Math.max(0, slots.getOpaque(at + 3));
                last.add(new Past.Cycle(slots.getOpaque(at), ageNs / 1e6, totalNs / 1e6, deadlineNs / 1e6,
                        deadlineNs > 0 && totalNs > deadlineNs));
            }
        }
        return last;
    }
}
