package dev.dpros.recording.trace;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** Numbers of the format that docs/trace.md describes. All of it is little endian. */
final class TraceFormat {
    /** "DPTRACE1". */
    static final long MAGIC = 0x3145434152545044L;
    /** Magic, bytes of the header's JSON, CRC-32C of the JSON. */
    static final int HEADER_PREFIX = 16;
    static final int MOST_HEADER_BYTES = 1 << 20;
    /** Length, type; sequence number. */
    static final int RECORD_PREFIX = 16;
    /** CRC-32C, length again. */
    static final int RECORD_SUFFIX = 8;
    static final ObjectMapper JSON = new ObjectMapper();

    private TraceFormat() {}

    /**
     * Where a lane lies in the file.
     *
     * @param name of it
     * @param offset of its first block, bytes from the beginning of the file
     * @param blockBytes size of a block; records do not cross blocks
     * @param blocks how many, used in turn
     */
    record LaneLayout(String name, long offset, int blockBytes, int blocks) {}

    /**
     * The header's JSON.
     *
     * @param lanes where they are
     * @param setup of the node, as the writer put it
     */
    record Header(List<LaneLayout> lanes, Object setup) {}
}
