package dev.dpros.training.data;

import java.util.SplittableRandom;

/** In which order a pass goes through windows: a function of the pass's number alone. Any thread. */
public interface WindowOrder {
    /** Each window's number once. */
    int[] of(long epoch);

    /**
     * Told before a batch is made.
     *
     * @param from the place of its first window in the pass's order
     * @param size windows of a batch
     */
    default void before(long epoch, int from, int size) {}

    /** All windows, shuffled anew in each pass. */
    static WindowOrder shuffled(int windows, long seed) {
        return new Shuffled(windows, seed);
    }

    /** See {@link #shuffled}. */
    final class Shuffled implements WindowOrder {
        private final int windows;
        private final long seed;
        private volatile Pass pass;

        private record Pass(long epoch, int[] order) {}

        private Shuffled(int windows, long seed) {
            this.windows = windows;
            this.seed = seed;
        }

        @Override
        public int[] of(long epoch) {
            Pass now = pass;
            if (now == null || now.epoch() != epoch) {
                now = new Pass(epoch, permutation(windows, new SplittableRandom(seed ^ epoch * 0xD1B54A32D192ED03L)));
                pass = now;
            }
            return now.order();
        }

        private static int[] permutation(int n, SplittableRandom random) {
            int[] order = new int[n];
            for (int i = 0; i < n; i++) {
                int j = random.nextInt(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            return order;
        }
    }
}
