package dev.dpros.datasets.rosbag2;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;

/** MCAP files of any kind, record by record, for what no writer would write. */
final class TestMcap {
    private final McapBlock out = new McapBlock();

    TestMcap() {
        out.raw(Mcap.magic()).record(Mcap.HEADER, new McapBlock().text("ros2").text("test"));
    }

    static McapBlock schema(int id, String name, String encoding, String text) {
        return new McapBlock().record(Mcap.SCHEMA, new McapBlock().u16(id).text(name).text(encoding).text(text));
    }

    static McapBlock channel(int id, int schema, String topic, String encoding, Map<String, String> metadata) {
        return new McapBlock().record(Mcap.CHANNEL, new McapBlock().u16(id).u16(schema).text(topic).text(encoding).texts(metadata));
    }

    static McapBlock message(int channel, long timeNs, byte[] data) {
        return new McapBlock().record(Mcap.MESSAGE, new McapBlock().u16(channel).u32(0).u64(timeNs).u64(timeNs).raw(data));
    }

    /** A std_msgs/String in CDR. */
    static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(9 + bytes.length).order(ByteOrder.LITTLE_ENDIAN).putInt(0x100).putInt(bytes.length + 1)
                .put(bytes).array();
    }

    TestMcap record(int op, byte[] content) {
        out.record(op, new McapBlock().raw(content));
        return this;
    }

    TestMcap add(McapBlock records) {
        out.raw(records.toByteArray());
        return this;
    }

    TestMcap chunk(String compression, boolean withSum, McapBlock records) throws IOException {
        byte[] plain = records.toByteArray();
        CRC32 sum = new CRC32();
        sum.update(plain);
        return chunk(compression, plain.length, withSum ? (int) sum.getValue() : 0, compress(compression, plain));
    }

    TestMcap chunk(String compression, long size, int sum, byte[] stored) {
        out.record(Mcap.CHUNK, new McapBlock().u64(0).u64(0).u64(size).u32(sum).text(compression).u64(stored.length).raw(stored));
        return this;
    }

    private static byte[] compress(String compression, byte[] plain) throws IOException {
        if (compression.equals("zstd")) {
            return Compression.zstd(plain);
        }
        if (!compression.equals("lz4")) {
            return plain;
        }
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (OutputStream stream = new FramedLZ4CompressorOutputStream(small)) {
            stream.write(plain);
        }
        return small.toByteArray();
    }

    /** Without an end, as a killed recorder leaves it. */
    byte[] open() {
        return out.toByteArray();
    }

    /** With an end and no summary. */
    byte[] closed() {
        byte[] data = out.toByteArray();
        CRC32 sum = new CRC32();
        sum.update(data);
        return new McapBlock().raw(data).record(Mcap.DATA_END, new McapBlock().u32((int) sum.getValue()))
                .record(Mcap.FOOTER, new McapBlock().u64(0).u64(0).u32(0)).raw(Mcap.magic()).toByteArray();
    }
}
