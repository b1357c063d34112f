package dev.dpros.datasets.rosbag2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** 10,000 damaged MCAP files: each is read, or refused in one line that names it; none takes much time or memory. */
@Timeout(300)
@Tag("long")
class McapFuzzTest {
    private static final int MUTATIONS = 10_000;
    private static final long MOST_BYTES = 64 << 20;

    @TempDir
    private Path folder;

    private static McapBlock records(Random random, int from) {
        McapBlock records = new McapBlock().raw(TestMcap.schema(1, "std_msgs/msg/String", "ros2msg", "string data\n").toByteArray())
                .raw(TestMcap.channel(1, 1, "/a", "cdr", Map.of("offered_qos_profiles", "")).toByteArray());
        for (int i = 0; i < 30; i++) {
            byte[] data = TestMcap.text("message " + random.nextInt(100));
            records.raw(TestMcap.message(1, from + i, i % 10 == 0 ? Compression.zstd(data) : data).toByteArray());
        }
        return records;
    }

    private static List<byte[]> goodFiles() throws IOException {
        Random random = new Random(1);
        List<byte[]> files = new ArrayList<>();
        for (boolean summed : new boolean[] {true, false}) {
            for (String compression : new String[] {"", "zstd", "lz4"}) {
                TestMcap file = new TestMcap().chunk(compression, summed, records(random, 0)).add(records(random, 100))
                        .record(0x0C, new byte[20]).chunk(compression, summed, records(random, 200));
                files.add(file.closed());
                files.add(file.open());
            }
        }
        return files;
    }

    /** Bits, bytes, lengths, and pieces that are cut, doubled or filled. */
    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(bytes.length - at, 1 + random.nextInt(40));
            switch (random.nextInt(6)) {
                case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xFF : 0x7F);
                case 3 -> Arrays.fill(bytes, at, at + length, (byte) (random.nextBoolean() ? 0xFF : 0));
                case 4 -> System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
                default -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
            }
        }
        return bytes;
    }

    @Test
    void shouldReadOrRefuseEveryDamagedFileWithinBounds() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Random random = new Random(2);
        List<byte[]> good = goodFiles();
        int refused = 0;
        int cut = 0;
        for (int turn = 0; turn < MUTATIONS; turn++) {
            Path file = folder.resolve("x.mcap");
            Files.write(file, mutated(good.get(turn % good.size()), random));
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                cut += McapReader.read(file, new Heard()).whole() ? 0 : 1;
            } catch (InputException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            }
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < MOST_BYTES, taken + " bytes in turn " + turn);
        }
        assertTrue(refused > MUTATIONS / 4 && cut > MUTATIONS / 4, refused + " refused, " + cut + " cut");
    }
}
