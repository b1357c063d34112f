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
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutations of checkpoint bytes, 2,000, and 10,000 in {@code .ci/nightly} ({@code -Ddpros.fuzz=5}): each is read, or refused
 * in one line; none hangs, exhausts memory or fails in another way.
 */
@Tag("long")
class CheckpointFuzzTest {
    private static final int MUTATIONS = 500 * Integer.getInteger("dpros.fuzz", 1);
    /** A multiple of what the intact files need, far below what one length field could ask for. */
    private static final long MOST_ALLOCATED = 64 << 20;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(20261123);

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedSafetensors() throws IOException {
        Path policy = new TinyPolicy().write(directory.resolve("policy"));
        fuzz(policy, policy.resolve("model.safetensors"), 0.8);
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedJson() throws IOException {
        Path policy = new TinyPolicy().write(directory.resolve("policy"));
        for (String file : List.of("config.json", "policy_preprocessor.json")) {
            fuzz(policy, policy.resolve(file), 1);
            Files.delete(policy.resolve(file));
            new TinyPolicy().write(directory.resolve(file + ".d"));
            Files.copy(directory.resolve(file + ".d").resolve(file), policy.resolve(file));
        }
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedTorchCheckpoints() throws IOException {
        Path file = new TinyCheckpoint().write(directory.resolve("tiny.ckpt"));
        fuzz(file, file, 0.5);
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedTransformers() throws IOException {
        Path file = TinyCheckpoint.transformer().write(directory.resolve("tiny.ckpt"));
        Path policy = directory.resolve("policy");
        PolicyWriter.write(PolicyReader.read(file), policy);
        fuzz(file, file, 0.5);
        fuzz(policy, policy.resolve("config.json"), 1);
    }

    /**
     * @param source what is read
     * @param target the file that is mutated
     * @param head share of the mutations that go into the first quarter of the file, where the structure is
     */
    private void fuzz(Path source, Path target, double head) throws IOException {
        byte[] intact = Files.readAllBytes(target);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = mutate(intact, head);
            Files.write(target, mutated);
            long before = threads.getThreadAllocatedBytes(thread);
            try {
                PolicyReader.read(source);
            } catch (InputException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutation " + i + ": " + e, e);
            }
            long allocated = threads.getThreadAllocatedBytes(thread) - before;
            assertTrue(allocated < MOST_ALLOCATED, "mutation " + i + " allocated " + allocated + " bytes");
        }
        assertTrue(refused > MUTATIONS / 20, "only " + refused + " refused");
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
