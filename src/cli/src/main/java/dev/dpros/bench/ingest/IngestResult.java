package dev.dpros.bench.ingest;

import java.util.List;
import java.util.Locale;

/**
 * What a subscriber measured.
 *
 * @param seconds measured time
 * @param cpuPercent processor time of the whole process, in percent of one core
 * @param allocatedMbPerS allocation of all its Java threads, MB/s
 * @param allocatedBytesPerMessage allocation of those of them that receive the topics, bytes
 * @param topics one each
 */
public record IngestResult(double seconds, double cpuPercent, double allocatedMbPerS, double allocatedBytesPerMessage,
        List<Topic> topics) {
    /** Copies the list. */
    public IngestResult {
        topics = List.copyOf(topics);
    }

    /**
     * One topic: messages and one-way latency from header stamp to the whole message in its slot.
     *
     * @param lost numbers that are missing in the sequence of {@code header.seq} (ROS 1) or of the samples (ROS 2); -1 if there are none
     */
    public record Topic(String topic, String type, long messages, double rateHz, double p50Us, double p99Us, double maxUs,
            long lost) {}

    /** For the terminal. */
    public String table() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-28s %-24s %9s %8s %9s %9s %9s %6s%n", "topic",
                "type", "messages", "Hz", "p50 us", "p99 us", "max us", "lost"));
        for (Topic t : topics) {
            text.append(String.format(Locale.ROOT, "%-28s %-24s %9d %8.1f %9.0f %9.0f %9.0f %6d%n", t.topic(), t.type(),
                    t.messages(), t.rateHz(), t.p50Us(), t.p99Us(), t.maxUs(), t.lost()));
        }
        return text.append(String.format(Locale.ROOT, "CPU %.1f %% of a core, allocation %.4f MB/s (%.2f B a message in "
                + "receiving), %.0f s", cpuPercent, allocatedMbPerS, allocatedBytesPerMessage, seconds)).toString();
    }
}
