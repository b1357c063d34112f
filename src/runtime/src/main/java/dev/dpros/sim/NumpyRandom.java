package dev.dpros.sim;

/**
 * NumPy's legacy {@code RandomState}: MT19937 seeded by {@code init_genrand}, and of its distributions those that the
 * PushT reset draws. Bit-exact. Not thread-safe; allocates nothing after construction.
 *
 * <p>Source: Matsumoto and Nishimura, "Mersenne Twister", 1998; NumPy's {@code _legacy} distributions.
 */
final class NumpyRandom {
    private static final int N = 624;
    private static final int M = 397;
    private static final double DOUBLE_UNIT = 1.0 / 9007199254740992.0;

    private final int[] state = new int[N];
    private int index;
    private boolean hasGauss;
    private double gauss;

    /** Starts over, as {@code RandomState(seed)} with a seed below 2^32. */
    void seed(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
        index = N;
        hasGauss = false;
    }

    /** {@code randint(low, high)}: masked rejection on 32-bit draws. */
    int randint(int low, int high) {
        int range = high - low - 1;
        int mask = range == 0 ? 0 : -1 >>> Integer.numberOfLeadingZeros(range);
        int value;
        do {
            value = nextInt() & mask;
        } while (value > range);
        return low + value;
    }

    /** {@code randn()}: Marsaglia's polar method; the second value of a pair is kept for the next call. */
    double randn() {
        if (hasGauss) {
            hasGauss = false;
            return gauss;
        }
        double x1;
        double x2;
        double r2;
        do {
            x1 = 2.0 * nextDouble() - 1.0;
            x2 = 2.0 * nextDouble() - 1.0;
            r2 = x1 * x1 + x2 * x2;
        } while (r2 >= 1.0 || r2 == 0.0);
        double f = Math.sqrt(-2.0 * Math.log(r2) / r2);
        gauss = f * x1;
        hasGauss = true;
        return f * x2;
    }

    private double nextDouble() {
        int high = nextInt() >>> 5;
        int low = nextInt() >>> 6;
        return (high * 67108864.0 + low) * DOUBLE_UNIT;
    }

    private int nextInt() {
        if (index == N) {
            twist();
        }
        int y = state[index++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9D2C5680;
        y ^= y << 15 & 0xEFC60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7FFFFFFF;
            state[i] = state[(i + M) % N] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }
        index = 0;
    }
}
