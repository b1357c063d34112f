package dev.dpros.training.frames;

import java.util.Arrays;
import java.util.List;

/**
 * The pictures of data sets in blocks: some consecutive steps of an episode, of all cameras, camera by camera. A block is
 * decoded, stored and given up as one. Blocks are numbered part by part, in order of their steps. Immutable; any thread.
 */
public final class PictureBlocks {
    /** Short enough that a batch of windows is not long in coming, long enough that going to its first frame costs little. */
    private static final int MOST_STEPS = 64;
    private static final long MOST_BYTES = 32L << 20;

    private final List<int[]> ends;
    private final int[] sizes;
    private final long[] before;
    private final long stepBytes;
    private final int stride;
    private final int[][] firstBlocks;
    private final int[] part;
    private final int[] episode;
    private final int[] first;
    private final int[] rows;

    /**
     * Cuts the episodes.
     *
     * @param ends by part, cumulative ends of its episodes
     * @param sizes bytes of a picture, by camera; at least one
     */
    public PictureBlocks(List<int[]> ends, int[] sizes) {
        this.ends = ends.stream().map(int[]::clone).toList();
        this.sizes = sizes.clone();
        before = new long[sizes.length + 1];
        for (int camera = 0; camera < sizes.length; camera++) {
            before[camera + 1] = before[camera] + sizes[camera];
        }
        stepBytes = before[sizes.length];
        stride = (int) Math.max(1, Math.min(MOST_STEPS, MOST_BYTES / stepBytes));
        firstBlocks = new int[ends.size()][];
        int count = 0;
        for (int p = 0; p < firstBlocks.length; p++) {
            firstBlocks[p] = new int[ends.get(p).length];
            for (int e = 0; e < firstBlocks[p].length; e++) {
                firstBlocks[p][e] = count;
                count = Math.addExact(count, (length(p, e) + stride - 1) / stride);
            }
        }
        part = new int[count];
        episode = new int[count];
        first = new int[count];
        rows = new int[count];
        for (int p = 0; p < firstBlocks.length; p++) {
            for (int e = 0; e < firstBlocks[p].length; e++) {
                cut(p, e);
            }
        }
    }

    private void cut(int p, int e) {
        int block = firstBlocks[p][e];
        for (int from = start(p, e); from < ends.get(p)[e]; from += stride, block++) {
            part[block] = p;
            episode[block] = e;
            first[block] = from;
            rows[block] = Math.min(stride, ends.get(p)[e] - from);
        }
    }

    private int start(int p, int e) {
        return e == 0 ? 0 : ends.get(p)[e - 1];
    }

    private int length(int p, int e) {
        return ends.get(p)[e] - start(p, e);
    }

    /** Number of blocks. */
    public int count() {
        return part.length;
    }

    /** Most steps of a block. */
    public int stride() {
        return stride;
    }

    /** Bytes of a step's pictures, all cameras together. */
    public long stepBytes() {
        return stepBytes;
    }

    /** Bytes of all pictures. */
    public long bytes() {
        return ends.stream().mapToLong(of -> of[of.length - 1]).sum() * stepBytes;
    }

    /** Number of cameras. */
    public int cameras() {
        return sizes.length;
    }

    /** Bytes of a camera's picture. */
    public int size(int camera) {
        return sizes[camera];
    }

    /** The block of a row of a part. */
    public int block(int ofPart, int row) {
        int[] of = ends.get(ofPart);
        int found = Arrays.binarySearch(of, row);
        int e = found >= 0 ? found + 1 : -found - 1;
        while (of[e] <= row) { // episodes without a step
            e++;
        }
        return firstBlocks[ofPart][e] + (row - start(ofPart, e)) / stride;
    }

    /** Which data set a block is of. */
    public int part(int block) {
        return part[block];
    }

    /** Which episode of its part. */
    public int episode(int block) {
        return episode[block];
    }

    /** Its first row, counted over its part. */
    public int first(int block) {
        return first[block];
    }

    /** Its first step within the episode. */
    public int step(int block) {
        return first[block] - start(part[block], episode[block]);
    }

    /** Its steps. */
    public int rows(int block) {
        return rows[block];
    }

    /** Its bytes. */
    public long bytes(int block) {
        return rows[block] * stepBytes;
    }

    /** Where a picture begins in its block. */
    public long offset(int block, int camera, int row) {
        return rows[block] * before[camera] + (long) (row - first[block]) * sizes[camera];
    }

    /** Number of its pictures. */
    int pictures(int block) {
        return rows[block] * sizes.length;
    }

    /** A picture's number in its block. */
    int picture(int block, int camera, int row) {
        return camera * rows[block] + row - first[block];
    }
}
