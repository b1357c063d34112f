package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Mutations of a file's bytes; whatever reads them answers, or refuses in one line, within bounded memory. One thread. */
final class Mutations {
    /** A multiple of what the intact files need, far below what one length field could ask for. */
    private static final long MOST_ALLOCATED = 64 << 20;

    private final SplittableRandom random;
    private final int count;

    Mutations(int count, long seed) {
        this.count = count;
        random = new SplittableRandom(seed);
    }

    /**
     * Reads mutated files; leaves the file as it was.
     *
     * @param target the file that is mutated
     * @param head share of the mutations that go into the first quarter of the file, where the structure is
     * @param read what is made of it
     */
    void of(Path target, double head, Runnable read) throws IOException {
        byte[] intact = Files.readAllBytes(target);
        read.run();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            Files.write(target, mutate(intact, head));
            long before = threads.getThreadAllocatedBytes(thread);
            try {
                read.run();
            } catch (InputException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutation " + i + " of " + target.getFileName() + ": " + e, e);
            }
            long allocated = threads.getThreadAllocatedBytes(thread) - before;
            assertTrue(allocated < MOST_ALLOCATED, "mutation " + i + " of " + target.getFileName() + " allocated " + allocated + " bytes");
        }
        assertTrue(refused > count / 20, "only " + refused + " refused");
        Files.write(target, intact);
    }

    private byte[] mutate(byte[] intact, double head) {
        byte[] bytes = intact.clone();
        int changes = 1 + random.nextInt(3);
        for (int c = 0; c < changes; c++) {
            int range = random.nextDouble() < head ? Math.max(16, bytes.length / 4) : bytes.length;
            int at = random.nextInt(Math.min(range, bytes.length));
            switch (random.nextInt(8)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) 0xff;
                case 3 -> bytes[at] = (byte) "0123456789{}[]\",:.".charAt(random.nextInt(18));
                case 4 -> fill(bytes, at, 4, random.nextBoolean() ? 0x7fffffff : random.nextInt());
                case 5 -> fill(bytes, at, 8, random.nextLong());
                case 6 -> bytes = without(bytes, at, 1 + random.nextInt(16));
                default -> bytes = random.nextInt(10) == 0 ? Arrays.copyOf(bytes, Math.max(1, at)) : repeated(bytes, at);
            }
        }
        return bytes;
    }

    private static void fill(byte[] bytes, int at, int size, long value) {
        byte[] raw = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
        System.arraycopy(raw, 0, bytes, at, Math.min(size, bytes.length - at));
    }

    private static byte[] without(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] shorter = Arrays.copyOf(bytes, Math.max(1, bytes.length - (end - at)));
        System.arraycopy(bytes, end, shorter, at, Math.min(bytes.length - end, shorter.length - at));
        return shorter;
    }

    private byte[] repeated(byte[] bytes, int at) {
        int length = Math.min(1 + random.nextInt(64), bytes.length - at);
        byte[] longer = new byte[bytes.length + length];
        System.arraycopy(bytes, 0, longer, 0, at + length);
        System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
        return longer;
    }
}
