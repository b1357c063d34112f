package dev.dpros.training.frames;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes blocks into the cache's file and reads them back, with a checksum (CRC-32C) of each picture. Any thread. */
final class BlockStore {
    private final CachePlan plan;
    private final PictureBlocks blocks;
    private final CacheFile file;

    BlockStore(CachePlan plan, CacheFile file) {
        this.plan = plan;
        blocks = plan.blocks();
        this.file = file;
    }

    /** Of a picture. */
    static int sum(byte[] rgb) {
        CRC32C crc = new CRC32C();
        crc.update(rgb, 0, rgb.length);
        return (int) crc.getValue();
    }

    private static int sum(int[] sums) {
        ByteBuffer bytes = ByteBuffer.allocate(sums.length * Integer.BYTES);
        bytes.asIntBuffer().put(sums);
        return sum(bytes.array());
    }

    /** Copies a picture of the block that begins at {@code at}; false if the file ends before it. */
    boolean read(int block, long at, int camera, int row, byte[] rgb) {
        return file.read(at + blocks.offset(block, camera, row), rgb, 0, rgb.length);
    }

    /**
     * Decodes a block into the file; one that stays is then said to be there.
     *
     * @param each called before each picture is written; may end it by an exception
     * @return its pictures' checksums
     */
    int[] decoded(BlockDecoder decoder, int block, long at, Runnable each) {
        int[] sums = new int[blocks.pictures(block)];
        decoder.decode(block, (camera, row, rgb) -> {
            each.run();
            file.write(at + blocks.offset(block, camera, row), rgb);
            sums[blocks.picture(block, camera, row)] = sum(rgb);
        });
        if (plan.resident(block)) {
            file.store(block, sum(sums));
        }
        return sums;
    }

    /** The checksums of a block's pictures, if they are what an earlier process has stored; else null. */
    int[] compared(int block, long at) {
        int[] sums = new int[blocks.pictures(block)];
        for (int camera = 0; camera < blocks.cameras(); camera++) {
            byte[] rgb = new byte[blocks.size(camera)];
            for (int row = blocks.first(block); row < blocks.first(block) + blocks.rows(block); row++) {
                if (!read(block, at, camera, row, rgb)) {
                    return null;
                }
                sums[blocks.picture(block, camera, row)] = sum(rgb);
            }
        }
        return sum(sums) == file.checksum(block) ? sums : null;
    }
}
