package dev.dpros.training.frames;

import dev.dpros.training.data.WindowIndex;
import dev.dpros.training.data.WindowOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The order of a pass whose pictures do not all stay in the cache, in stretches. Runs of blocks (up to {@link CachePlan#CHUNK} in a
 * row, of an episode) that do not stay are shuffled anew in each pass, and as many as half the slots hold make a stretch: they
 * are decoded once, in the order of the data, while the stretch before is trained on. A stretch's windows, and a share of those
 * that stay, drawn at random, are shuffled together. So every batch has the same mixture of both, every window comes once a
 * pass, and which windows share a stretch changes from pass to pass. Any thread.
 */
final class StretchOrder implements WindowOrder {
    private final WindowIndex windows;
    private final CachePlan plan;
    private final int span;
    private final long seed;
    private final int[] staying;
    /** Windows whose pictures do not stay, by run of blocks. */
    private final List<int[]> runs = new ArrayList<>();
    /** First and last block of each run. */
    private final List<int[]> bounds = new ArrayList<>();
    private volatile Pass pass;

    /**
     * A pass.
     *
     * @param ends where each stretch ends in the order
     * @param blocks of each stretch that do not stay, in the order of the data
     */
    private record Pass(long epoch, int[] order, int[] ends, List<int[]> blocks) {}

    /** @param span steps of a window whose pictures are looked at */
    StretchOrder(WindowIndex windows, CachePlan plan, int span, long seed) {
        this.windows = windows;
        this.plan = plan;
        this.span = span;
        this.seed = seed;
        int[] chunks = plan.chunks();
        List<List<Integer>> byChunk = new ArrayList<>();
        List<Integer> stay = new ArrayList<>();
        int before = -1;
        for (int window = 0; window < windows.count(); window++) {
            int block = block(window, 0);
            if (plan.resident(block)) {
                stay.add(window);
                continue;
            }
            if (chunks[block] != before) { // windows are in order, so a run's come one after the other
                before = chunks[block];
                byChunk.add(new ArrayList<>());
                bounds.add(new int[] {block, block});
            }
            byChunk.get(byChunk.size() - 1).add(window);
            int[] of = bounds.get(bounds.size() - 1);
            of[1] = Math.max(of[1], block(window, span - 1));
        }
        staying = stay.stream().mapToInt(Integer::intValue).toArray();
        byChunk.forEach(of -> runs.add(of.stream().mapToInt(Integer::intValue).toArray()));
    }

    private int block(int window, int t) {
        int part = windows.part(window);
        return plan.blocks().block(part, windows.row(window, t));
    }

    @Override
    public int[] of(long epoch) {
        return pass(epoch).order();
    }

    private Pass pass(long epoch) {
        Pass now = pass;
        if (now == null || now.epoch() != epoch) {
            now = make(epoch);
            pass = now;
        }
        return now;
    }

    private Pass make(long epoch) {
        SplittableRandom random = new SplittableRandom(seed ^ epoch * 0xD1B54A32D192ED03L);
        int[] drawn = IntStream.range(0, runs.size()).toArray();
        shuffle(drawn, 0, drawn.length, random);
        int[] stay = staying.clone();
        shuffle(stay, 0, stay.length, random);
        int[] order = new int[windows.count()];
        List<Integer> ends = new ArrayList<>();
        List<int[]> blocks = new ArrayList<>();
        long outside = (long) order.length - stay.length;
        long done = 0;
        int at = 0;
        int used = 0;
        for (int run = 0; run < drawn.length;) {
            int from = at;
            int begin = run;
            for (int room = plan.slots() / 2; run < drawn.length && (run == begin || blocks(drawn[run]) <= room); run++) {
                room -= blocks(drawn[run]);
                int[] of = runs.get(drawn[run]);
                System.arraycopy(of, 0, order, at, of.length);
                at += of.length;
                done += of.length;
            }
            int share = (int) (stay.length * done / outside) - used;
            System.arraycopy(stay, used, order, at, share);
            used += share;
            at += share;
            shuffle(order, from, at, random);
            ends.add(at);
            blocks.add(Arrays.stream(drawn, begin, run).flatMap(r -> IntStream.rangeClosed(bounds.get(r)[0], bounds.get(r)[1]))
                    .filter(block -> !plan.resident(block)).sorted().distinct().toArray());
        }
        return new Pass(epoch, order, ends.stream().mapToInt(Integer::intValue).toArray(), blocks);
    }

    private int blocks(int run) {
        return bounds.get(run)[1] - bounds.get(run)[0] + 1;
    }

    private static void shuffle(int[] values, int from, int to, SplittableRandom random) {
        for (int i = to - 1; i > from; i--) {
            int j = from + random.nextInt(i - from + 1);
            int kept = values[i];
            values[i] = values[j];
            values[j] = kept;
        }
    }

    /** Which stretch a place in a pass is in, counted over all passes. */
    long stretch(long epoch, int place) {
        Pass of = pass(epoch);
        int found = Arrays.binarySearch(of.ends(), place);
        return (epoch << Integer.SIZE) + (found >= 0 ? found + 1 : -found - 1);
    }

    /** The blocks of the stretch after one of {@link #stretch}; those of the next pass's first after a pass's last. */
    int[] blocksAfter(long stretch) {
        long epoch = stretch >> Integer.SIZE;
        int next = (int) stretch + 1;
        List<int[]> blocks = pass(epoch).blocks();
        return next < blocks.size() ? blocks.get(next) : make(epoch + 1).blocks().get(0);
    }

    /** The blocks of a stretch itself. */
    int[] blocks(long stretch) {
        return pass(stretch >> Integer.SIZE).blocks().get((int) stretch);
    }
}
