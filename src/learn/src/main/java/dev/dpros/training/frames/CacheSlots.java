package dev.dpros.training.frames;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Which blocks that do not stay lie in which slot, and for which stretch of the order they were last wanted. Guarded by its owner. */
final class CacheSlots {
    private static final int NONE = -1;

    private final int[] held;
    private final long[] takenAt;
    private final int[] slotOf;
    private final long[] wantedBy;
    private long clock;

    CacheSlots(CachePlan plan) {
        held = new int[plan.slots()];
        takenAt = new long[plan.slots()];
        slotOf = new int[plan.blocks().count()];
        wantedBy = new long[slotOf.length];
        Arrays.fill(held, NONE);
        Arrays.fill(slotOf, NONE);
        Arrays.fill(wantedBy, Long.MIN_VALUE);
    }

    /** A block is wanted by a stretch. */
    void wanted(int block, long stretch) {
        wantedBy[block] = Math.max(wantedBy[block], stretch);
    }

    /** Where a block lies; -1 if in none. */
    int slot(int block) {
        return slotOf[block];
    }

    /**
     * Gives a block a slot, if it has none: a free one, else the one whose block was wanted longest ago.
     *
     * @param before only from blocks last wanted by a stretch before this
     * @param takeable whether a block may lose its slot
     * @return the block that lost it, or -1
     */
    int take(int block, long before, IntPredicate takeable) {
        if (slotOf[block] != NONE) {
            return NONE;
        }
        int best = NONE;
        for (int slot = 0; slot < held.length; slot++) {
            int other = held[slot];
            boolean free = other == NONE;
            if (free || wantedBy[other] < before && takeable.test(other)) {
                best = best == NONE || older(slot, best) ? slot : best;
            }
        }
        if (best == NONE) {
            return NONE;
        }
        int lost = held[best];
        if (lost != NONE) {
            slotOf[lost] = NONE;
        }
        held[best] = block;
        takenAt[best] = clock++;
        slotOf[block] = best;
        return lost;
    }

    private boolean older(int slot, int than) {
        if (held[slot] == NONE || held[than] == NONE) {
            return held[than] != NONE;
        }
        long a = wantedBy[held[slot]];
        long b = wantedBy[held[than]];
        return a != b ? a < b : takenAt[slot] < takenAt[than];
    }
}
