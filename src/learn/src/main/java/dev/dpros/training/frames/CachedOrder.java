package dev.dpros.training.frames;

import dev.dpros.training.data.WindowIndex;
import dev.dpros.training.data.WindowOrder;
import java.util.stream.IntStream;

/**
 * The order of windows whose pictures lie in a cache, and who tells the cache what comes next: as from memory where all stays,
 * else in stretches ({@link StretchOrder}). Any thread.
 */
public final class CachedOrder implements WindowOrder {
    /** Windows ahead of a batch whose pictures are asked for, in batches. */
    private static final int AHEAD = 4;

    private final WindowIndex windows;
    private final FrameCache cache;
    private final int span;
    private final WindowOrder inner;
    private final StretchOrder stretches;
    private long told = Long.MIN_VALUE;

    /**
     * An order.
     *
     * @param span steps of a window whose pictures are looked at
     */
    public CachedOrder(WindowIndex windows, FrameCache cache, int span, long seed) {
        this.windows = windows;
        this.cache = cache;
        this.span = span;
        stretches = cache.plan().whole() ? null : new StretchOrder(windows, cache.plan(), span, seed);
        inner = stretches == null ? WindowOrder.shuffled(windows.count(), seed) : stretches;
    }

    @Override
    public int[] of(long epoch) {
        return inner.of(epoch);
    }

    @Override
    public void before(long epoch, int from, int size) {
        long stretch = stretches == null ? 0 : stretches.stretch(epoch, from);
        int[] order = of(epoch);
        int to = (int) Math.min(order.length, from + (long) AHEAD * size);
        for (int at = from; at < to; at += size) { // batch by batch: the first one's pictures first
            cache.need(stretch, IntStream.range(at, Math.min(to, at + size)).map(i -> order[i])
                    .flatMap(window -> IntStream.of(block(window, 0), block(window, span - 1))).distinct().toArray());
        }
        if (stretches != null) {
            tell(stretch);
        }
    }

    private synchronized void tell(long stretch) {
        if (stretch > told) {
            told = stretch;
            cache.need(stretch, stretches.blocks(stretch));
            cache.ahead(stretch + 1, stretches.blocksAfter(stretch));
        }
    }

    private int block(int window, int t) {
        return cache.plan().blocks().block(windows.part(window), windows.row(window, t));
    }
}
