package dev.dpros.training.frames;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Which block comes next: what a batch waits for, then what the next stretch of the order needs, then what stays in the cache, in
 * the order of the data. Guarded by its owner.
 */
final class BlockQueue {
    private final Set<Integer> urgent = new LinkedHashSet<>();
    private final ArrayDeque<Integer> ahead = new ArrayDeque<>();
    private final int[] fill;
    private int filled;

    /** @param fill blocks that stay, to be decoded whether asked for or not */
    BlockQueue(int[] fill) {
        this.fill = fill.clone();
    }

    /** Blocks that batches need now; those of one call in the order of the data, which makes going to them cheap. @return whether any is new */
    boolean urgent(int[] blocks) {
        int[] sorted = blocks.clone();
        Arrays.sort(sorted);
        boolean fresh = false;
        for (int block : sorted) {
            fresh |= urgent.add(block);
        }
        return fresh;
    }

    /** Replaces what is needed next. */
    void ahead(int[] blocks) {
        ahead.clear();
        for (int block : blocks) {
            ahead.add(block);
        }
    }

    /**
     * Takes the next block out; -1 if there is none.
     *
     * @param needed whether a block is neither there nor being made
     * @param placed finds a place for one that a batch waits for; one without a place stays in line
     * @param placedAhead the same for one that is needed later
     */
    int take(IntPredicate needed, IntPredicate placed, IntPredicate placedAhead) {
        List<Integer> done = new ArrayList<>();
        int found = -1;
        for (int block : urgent) {
            boolean wanted = needed.test(block);
            if (wanted && !placed.test(block)) {
                continue;
            }
            done.add(block);
            if (wanted) {
                found = block;
                break;
            }
        }
        done.forEach(urgent::remove);
        while (found < 0 && !ahead.isEmpty() && (!needed.test(ahead.peek()) || placedAhead.test(ahead.peek()))) {
            int block = ahead.remove();
            found = needed.test(block) ? block : -1;
        }
        while (found < 0 && filled < fill.length) {
            int block = fill[filled++];
            found = needed.test(block) ? block : -1;
        }
        return found;
    }
}
