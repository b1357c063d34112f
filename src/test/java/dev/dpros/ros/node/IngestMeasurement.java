package dev.dpros.ros.node;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.VectorReader;
import dev.dpros.ros.message.FieldPath;
import dev.dpros.ros.testing.Allocation;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures one-way latency, CPU and allocation of this client's ingest; the peer is roscpp_ingest.cpp. Not a test.
 * Arguments: master URI, seconds. docs/benchmarks.md has the commands.
 */
final class IngestMeasurement {
    private static final int WARM_UP_MS = 3000;

    private IngestMeasurement() {}

    /** One slot whose commit notes the age of the message's stamp. */
    private static final class Ages implements MessageSlots {
        private final ByteBuffer slot = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        private final long[] agesNs = new long[1 << 20];
        private final AtomicInteger count = new AtomicInteger();
        private final VectorReader reader;

        Ages(VectorReader reader) {
            this.reader = reader;
        }

        @Override
        public ByteBuffer claim(int length) {
            return slot.clear().limit(length);
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            slot.position(0);
            agesNs[count.get()] = receivedRosNs - reader.stampNs(slot);
            count.incrementAndGet();
        }

        @Override
        public void abandon() {
            slot.clear();
        }

        void report(String name) {
            long[] sorted = Arrays.copyOf(agesNs, count.get());
            Arrays.sort(sorted);
            if (sorted.length > 0) {
                System.out.printf("%s n %d p50 %d p99 %d us%n", name, sorted.length, sorted[sorted.length / 2] / 1000,
                        sorted[(int) (sorted.length * 99L / 100)] / 1000);
            }
        }
    }

    /** Entry point. */
    public static void main(String[] args) throws Exception {
        try (RosNode node = RosNode.connect(RosNodeConfig.local(URI.create(args[0]), "ingest_java"))) {
            Ages images = new Ages(FieldPath.compile(node.catalog().message("sensor_msgs/Image"), "width"));
            Ages joints = new Ages(FieldPath.compile(node.catalog().message("sensor_msgs/JointState"), "position[0:7]"));
            node.subscribe("/image", "sensor_msgs/Image", images);
            node.subscribe("/joints", "sensor_msgs/JointState", joints);
            Thread.sleep(WARM_UP_MS);
            images.count.set(0);
            joints.count.set(0);
            var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long cpuNs = system.getProcessCpuTime();
            long bytes = Allocation.ofThreads("ros-io-sub-/image") + Allocation.ofThreads("ros-io-sub-/joints");
            long seconds = Long.parseLong(args[1]);
            Thread.sleep(seconds * 1000);
            bytes = Allocation.ofThreads("ros-io-sub-/image") + Allocation.ofThreads("ros-io-sub-/joints") - bytes;
            cpuNs = system.getProcessCpuTime() - cpuNs;
            images.report("image");
            joints.report("joints");
            System.out.printf("cpu %.2f %%, %d bytes allocated on the ingest threads%n", cpuNs / 1e7 / seconds, bytes);
        }
    }
}
