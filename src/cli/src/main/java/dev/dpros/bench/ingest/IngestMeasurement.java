package dev.dpros.bench.ingest;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Subscribes to topics, waits for them, lets the machine warm up, and measures. One thread. */
public final class IngestMeasurement {
    private static final long POLL_MS = 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Transport transport;
    private final Config config;

    /**
     * What is measured.
     *
     * @param topics names
     * @param warmUpSeconds between the first messages and the measurement
     * @param seconds measured time
     * @param waitSeconds for the first message of every topic
     */
    public record Config(List<String> topics, double warmUpSeconds, double seconds, double waitSeconds) {
        /** @throws InputException if a bound is not met */
        public Config {
            topics = List.copyOf(topics);
            require("--seconds", seconds, 0.5, 3600);
            require("--warm-up", warmUpSeconds, 0, 600);
            require("--wait", waitSeconds, 0.1, 600);
        }

        private static void require(String option, double value, double lowest, double highest) {
            if (!(value >= lowest && value <= highest)) {
                throw InputException.of(option, "seconds", lowest + " to " + highest, Double.toString(value), "");
            }
        }
    }

    /** A measurement through this transport, which stays open. */
    public IngestMeasurement(Transport transport, Config config) {
        this.transport = transport;
        this.config = config;
    }

    /**
     * Measures; takes as long as configured.
     *
     * @throws InputException if a topic is not published, or its type has no header
     */
    public IngestResult run() throws InterruptedException {
        List<TopicMeter> meters = new ArrayList<>();
        List<Subscription> subscriptions = new ArrayList<>();
        try {
            for (String topic : config.topics()) {
                TopicMeter meter = new TopicMeter(transport.messages().reader(), transport.clock());
                meters.add(meter);
                subscriptions.add(transport.subscribe(topic, "*", meter));
            }
            awaitMessages(meters, subscriptions);
            meters.forEach(TopicMeter::warmUp);
            sleep(config.warmUpSeconds());
            return measure(meters, subscriptions);
        } finally {
            subscriptions.forEach(Subscription::close);
        }
    }

    private void awaitMessages(List<TopicMeter> meters, List<Subscription> subscriptions) throws InterruptedException {
        double leftMs = config.waitSeconds() * 1000;
        for (int i = 0; i < meters.size(); i++) {
            String topic = config.topics().get(i);
            for (; !meters.get(i).hasMessages(); leftMs -= POLL_MS) {
                if (leftMs <= 0) {
                    throw new InputException("topic " + topic + ": no message within " + config.waitSeconds()
                            + " s; check with: rostopic hz " + topic + ", or ros2 topic hz " + topic);
                }
                Thread.sleep(POLL_MS);
            }
            Subscription subscription = subscriptions.get(i);
            if (!transport.messages().parse(subscription.messageType(), subscription.messageDefinition()).hasHeader()) {
                throw InputException.of("topic " + topic, "type", "one whose first field is std_msgs/Header header",
                        subscription.messageType(), "latency and loss are read from the header");
            }
        }
    }

    private IngestResult measure(List<TopicMeter> meters, List<Subscription> subscriptions) throws InterruptedException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long[] missing = subscriptions.stream().mapToLong(Subscription::lost).toArray();
        long[] receivers = meters.stream().mapToLong(TopicMeter::threadId).distinct().toArray();
        long bytes = allocatedBytes(THREADS.getAllThreadIds());
        long receiving = allocatedBytes(receivers);
        long cpuNs = system.getProcessCpuTime();
        long startNs = transport.clock().monotonicNs();
        meters.forEach(TopicMeter::begin);
        sleep(config.seconds());
        meters.forEach(TopicMeter::end);
        double seconds = (transport.clock().monotonicNs() - startNs) / 1e9;
        cpuNs = system.getProcessCpuTime() - cpuNs;
        receiving = allocatedBytes(receivers) - receiving;
        bytes = allocatedBytes(THREADS.getAllThreadIds()) - bytes;
        List<IngestResult.Topic> topics = new ArrayList<>();
        for (int i = 0; i < meters.size(); i++) {
            String type = subscriptions.get(i).messageType();
            long lost = subscriptions.get(i).lost();
            subscriptions.get(i).close();
            topics.add(meters.get(i).result(config.topics().get(i), type, seconds, lost < 0 ? lost : lost - missing[i]));
        }
        long messages = topics.stream().mapToLong(IngestResult.Topic::messages).sum();
        return new IngestResult(seconds, cpuNs / 1e7 / seconds, bytes / 1e6 / seconds, receiving / (double) Math.max(1, messages), topics);
    }

    /** Of these threads, since their start. */
    private static long allocatedBytes(long[] threads) {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(threads)) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static void sleep(double seconds) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(Math.round(seconds * 1e6));
    }
}
