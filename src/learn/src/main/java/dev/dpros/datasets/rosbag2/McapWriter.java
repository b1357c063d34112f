package dev.dpros.datasets.rosbag2;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Writes an MCAP file of the profile ros2: chunks of about 1 MB, compressed with zstd, each with its message index; a
 * summary with schemas, channels, statistics and chunk index; every checksum. One thread; the summary is written by
 * {@link #close()}.
 */
public final class McapWriter implements Closeable {
    private static final int CHUNK_BYTES = 1 << 20;

    private final FileChannel channel;
    private final CRC32 sum = new CRC32();
    private final List<McapTopic> topics = new ArrayList<>();
    private final Map<String, Integer> schemas = new LinkedHashMap<>();
    private final Map<Integer, Long> counts = new TreeMap<>();
    private final McapBlock records = new McapBlock();
    private final McapBlock chunkIndex = new McapBlock();
    private Span chunk = new Span();
    private final Span all = new Span();
    private int chunks;

    /** Times of messages, and where they lie within their chunk, by channel. */
    private static final class Span {
        private final Map<Integer, McapBlock> entries = new TreeMap<>();
        private long firstNs = Long.MAX_VALUE;
        private long lastNs = Long.MIN_VALUE;

        void extend(long timeNs) {
            firstNs = Math.min(firstNs, timeNs);
            lastNs = Math.max(lastNs, timeNs);
        }

        McapBlock times(McapBlock out) {
            boolean none = lastNs == Long.MIN_VALUE;
            return out.u64(none ? 0 : firstNs).u64(none ? 0 : lastNs);
        }
    }

    /** Creates a file that does not exist yet. @param library what writes it */
    public McapWriter(Path path, String library) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        write(new McapBlock().raw(Mcap.magic()).record(Mcap.HEADER, new McapBlock().text("ros2").text(library)));
    }

    /** Adds a topic; its number is that of its channel. */
    public int topic(McapTopic topic) {
        topics.add(topic);
        schemas.putIfAbsent(topic.type(), schemas.size() + 1);
        return topics.size() - 1;
    }

    /** Appends a message, from position to limit. @param timeNs when it was received */
    public void message(int topic, long timeNs, ByteBuffer message) throws IOException {
        if (!counts.containsKey(topic)) {
            describe(topic, records, counts.keySet().stream().noneMatch(said -> schemaOf(said) == schemaOf(topic)));
        }
        long number = counts.merge(topic, 1L, Long::sum);
        chunk.entries.computeIfAbsent(topic, key -> new McapBlock()).u64(timeNs).u64(records.size());
        chunk.extend(timeNs);
        all.extend(timeNs);
        records.record(Mcap.MESSAGE, new McapBlock().u16(topic).u32((int) number).u64(timeNs).u64(timeNs).raw(message));
        if (records.size() >= CHUNK_BYTES) {
            writeChunk();
        }
    }

    private int schemaOf(int topic) {
        return schemas.get(topics.get(topic).type());
    }

    private void describe(int id, McapBlock out, boolean withSchema) {
        if (withSchema) {
            schema(id, out);
        }
        McapTopic topic = topics.get(id);
        out.record(Mcap.CHANNEL, new McapBlock().u16(id).u16(schemaOf(id)).text(topic.topic()).text("cdr").texts(topic.metadata()));
    }

    private void schema(int id, McapBlock out) {
        McapTopic topic = topics.get(id);
        out.record(Mcap.SCHEMA, new McapBlock().u16(schemaOf(id)).text(topic.type()).text(Mcap.ROS2_SCHEMA).text(topic.definition()));
    }

    private void writeChunk() throws IOException {
        if (records.size() == 0) {
            return;
        }
        byte[] plain = records.toByteArray();
        byte[] stored = Compression.zstd(plain);
        CRC32 plainSum = new CRC32();
        plainSum.update(plain);
        long start = channel.position();
        McapBlock content = chunk.times(new McapBlock()).u64(plain.length).u32((int) plainSum.getValue()).text(Compression.ZSTD)
                .u64(stored.length).raw(stored);
        write(new McapBlock().record(Mcap.CHUNK, content));
        long end = channel.position();
        Map<Integer, Long> offsets = new TreeMap<>();
        McapBlock index = new McapBlock();
        chunk.entries.forEach((topic, entries) -> {
            offsets.put(topic, end + index.size());
            index.record(Mcap.MESSAGE_INDEX, new McapBlock().u16(topic).block(entries));
        });
        write(index);
        chunkIndex.record(Mcap.CHUNK_INDEX, chunk.times(new McapBlock()).u64(start).u64(end - start).numbers(offsets)
                .u64(index.size()).text(Compression.ZSTD).u64(stored.length).u64(plain.length));
        chunks++;
        chunk = new Span();
        records.reset();
    }

    /** What was written so far, for the metadata beside it. */
    BagFacts facts() {
        List<BagFacts.TopicCount> topicCounts = new ArrayList<>();
        for (int i = 0; i < topics.size(); i++) {
            topicCounts.add(new BagFacts.TopicCount(topics.get(i), counts.getOrDefault(i, 0L)));
        }
        boolean none = counts.isEmpty();
        return new BagFacts(topicCounts, none ? 0 : all.firstNs, none ? 0 : all.lastNs);
    }

    /** Writes the last chunk and the summary, forces the file to disk and closes it. */
    @Override
    public void close() throws IOException {
        try (channel) {
            writeChunk();
            write(new McapBlock().record(Mcap.DATA_END, new McapBlock().u32((int) sum.getValue())));
            sum.reset();
            long start = channel.position();
            Map<Integer, McapBlock> groups = summary();
            McapBlock offsets = new McapBlock();
            for (Map.Entry<Integer, McapBlock> group : groups.entrySet()) {
                if (group.getValue().size() > 0) {
                    offsets.record(Mcap.SUMMARY_OFFSET, new McapBlock().op(group.getKey()).u64(channel.position())
                            .u64(group.getValue().size()));
                    write(group.getValue());
                }
            }
            long offsetStart = channel.position();
            write(offsets);
            int footerBytes = 2 * Long.BYTES + Integer.BYTES;
            write(new McapBlock().op(Mcap.FOOTER).u64(footerBytes).u64(start).u64(offsetStart));
            write(new McapBlock().u32((int) sum.getValue()).raw(Mcap.magic()));
            channel.force(true);
        }
    }

    private Map<Integer, McapBlock> summary() {
        McapBlock schemaGroup = new McapBlock();
        McapBlock channelGroup = new McapBlock();
        List<Integer> said = new ArrayList<>();
        for (int topic : counts.keySet()) {
            if (!said.contains(schemaOf(topic))) {
                said.add(schemaOf(topic));
                schema(topic, schemaGroup);
            }
            describe(topic, channelGroup, false);
        }
        long messages = counts.values().stream().mapToLong(Long::longValue).sum();
        McapBlock statistics = new McapBlock().u64(messages).u16(said.size()).u32(counts.size()).u32(0).u32(0).u32(chunks);
        Map<Integer, McapBlock> groups = new LinkedHashMap<>();
        groups.put(Mcap.SCHEMA, schemaGroup);
        groups.put(Mcap.CHANNEL, channelGroup);
        groups.put(Mcap.STATISTICS, new McapBlock().record(Mcap.STATISTICS, all.times(statistics).numbers(counts)));
        groups.put(Mcap.CHUNK_INDEX, chunkIndex);
        return groups;
    }

    private void write(McapBlock block) throws IOException {
        byte[] bytes = block.toByteArray();
        sum.update(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
