package dev.dpros.training.data;

import java.util.Arrays;

/**
 * {@code numpy.random.default_rng(seed)} as far as the reference's data splits need it: PCG64 (O'Neill's XSL-RR 128/64)
 * seeded by a SeedSequence, and {@code choice(n, size, replace=False)} as a set. Bit-exact with numpy 1.17 and later.
 * Confined to one thread.
 */
final class NumpyGenerator {
    private static final int POOL = 4;
    private static final int MANY = 10_000;
    private static final int LARGE_SHARE = 50;
    private static final int INIT_A = 0x43b0d7e5;
    private static final int MULT_A = 0x931e8875;
    private static final int INIT_B = 0x8b51f9dd;
    private static final int MULT_B = 0x58f38ded;
    private static final int MIX_L = 0xca01f9dd;
    private static final int MIX_R = 0x4973f715;
    private static final long MULTIPLIER_HIGH = 2549297995355413924L;
    private static final long MULTIPLIER_LOW = 4865540595714422341L;

    private long stateHigh;
    private long stateLow;
    private final long incrementHigh;
    private final long incrementLow;
    private boolean hasHalf;
    private int half;

    /** @param seed 0 or more */
    NumpyGenerator(long seed) {
        long[] words = seedSequence(seed);
        incrementHigh = words[2] << 1 | words[3] >>> 63;
        incrementLow = words[3] << 1 | 1;
        advance();
        stateLow += words[1];
        stateHigh += words[0] + (Long.compareUnsigned(stateLow, words[1]) < 0 ? 1 : 0);
        advance();
    }

    /** SeedSequence(seed).generate_state(4, uint64). */
    private static long[] seedSequence(long seed) {
        int[] entropy = seed >>> 32 == 0 ? new int[] {(int) seed} : new int[] {(int) seed, (int) (seed >>> 32)};
        int[] pool = new int[POOL];
        int[] hash = {INIT_A};
        for (int i = 0; i < POOL; i++) {
            pool[i] = hashed(i < entropy.length ? entropy[i] : 0, hash, MULT_A);
        }
        for (int from = 0; from < POOL; from++) {
            for (int to = 0; to < POOL; to++) {
                if (from != to) {
                    int mixed = MIX_L * pool[to] - MIX_R * hashed(pool[from], hash, MULT_A);
                    pool[to] = mixed ^ mixed >>> 16;
                }
            }
        }
        long[] words = new long[4];
        int[] out = {INIT_B};
        for (int i = 0; i < 8; i++) {
            int value = hashed(pool[i % POOL], out, MULT_B);
            words[i / 2] |= (value & 0xffffffffL) << 32 * (i % 2);
        }
        return words;
    }

    private static int hashed(int value, int[] constant, int multiplier) {
        int v = value ^ constant[0];
        constant[0] *= multiplier;
        v *= constant[0];
        return v ^ v >>> 16;
    }

    private void advance() {
        long high = Math.multiplyHigh(stateLow, MULTIPLIER_LOW) + (stateLow < 0 ? MULTIPLIER_LOW : 0); // unsigned; the multiplier is positive
        high += stateHigh * MULTIPLIER_LOW + stateLow * MULTIPLIER_HIGH;
        long low = stateLow * MULTIPLIER_LOW;
        stateLow = low + incrementLow;
        stateHigh = high + incrementHigh + (Long.compareUnsigned(stateLow, low) < 0 ? 1 : 0);
    }

    private long nextLong() {
        advance();
        return Long.rotateRight(stateHigh ^ stateLow, (int) (stateHigh >>> 58));
    }

    private long nextUnsignedInt() {
        if (hasHalf) {
            hasHalf = false;
            return half & 0xffffffffL;
        }
        long both = nextLong();
        hasHalf = true;
        half = (int) (both >>> 32);
        return both & 0xffffffffL;
    }

    /** Uniform in 0 to {@code most}, by Lemire's method. */
    private long bounded(long most) {
        if (most == 0) {
            return 0;
        }
        long range = most + 1;
        long product = nextUnsignedInt() * range;
        if ((product & 0xffffffffL) < range) {
            long threshold = (0xffffffffL - most) % range;
            while ((product & 0xffffffffL) < threshold) {
                product = nextUnsignedInt() * range;
            }
        }
        return product >>> 32;
    }

    /** Which of {@code n} are chosen by {@code choice(n, size, replace=False)}: by Floyd's algorithm, of many a large share by a shuffle. */
    boolean[] choice(int n, int size) {
        if (size < 0 || size > n) {
            throw new IllegalArgumentException("choice of " + size + " out of " + n);
        }
        if (n > MANY && size > n / LARGE_SHARE) {
            return shuffledTail(n, size);
        }
        boolean[] chosen = new boolean[n];
        for (int j = n - size; j < n; j++) {
            int drawn = (int) bounded(j);
            chosen[chosen[drawn] ? j : drawn] = true;
        }
        return chosen;
    }

    private boolean[] shuffledTail(int n, int size) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i >= Math.max(n - size, 1); i--) {
            int drawn = (int) bounded(i);
            int kept = order[drawn];
            order[drawn] = order[i];
            order[i] = kept;
        }
        boolean[] chosen = new boolean[n];
        for (int i = n - size; i < n; i++) {
            chosen[order[i]] = true;
        }
        return chosen;
    }
}
