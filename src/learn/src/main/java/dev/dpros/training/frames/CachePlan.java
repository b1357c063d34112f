package dev.dpros.training.frames;

import dev.dpros.core.InputException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * What of the pictures stays in the cache, and where. If all that is trained on fits, it all stays. Else whole episodes, drawn
 * by the seed, stay in three quarters of the bound; the others go through slots in the last quarter. What is held out stays
 * where room is left. Immutable; any thread.
 */
public final class CachePlan {
    /** Blocks that follow each other and are decoded again together: going to the first of them is paid once. */
    static final int CHUNK = 8;
    /** Beside those of two stretches; and for what is held out, which is read in order. */
    private static final int SPARE_SLOTS = 4;
    private static final int SLOTS_SHARE = 4;
    private static final long NOWHERE = -1;

    private final PictureBlocks blocks;
    private final BitSet learns = new BitSet();
    private final long[] offsets;
    private final long residentBytes;
    private final long slotBytes;
    private final int slots;
    private final boolean whole;

    /** Which episodes are trained on. */
    @FunctionalInterface
    public interface Trained {
        /** Whether one is. */
        boolean test(int part, int episode);
    }

    /**
     * Plans a cache.
     *
     * @param bound most bytes of pictures
     * @param span steps of a window whose pictures are looked at
     * @param seed chooses what stays if not everything does
     * @throws InputException if the bound is too small for any order but the data's own
     */
    public CachePlan(PictureBlocks blocks, long bound, int span, Trained trained, long seed) {
        this.blocks = blocks;
        offsets = new long[blocks.count()];
        Arrays.fill(offsets, NOWHERE);
        slotBytes = largest();
        int least = 2 * (CHUNK + 2 + span / blocks.stride()) + SPARE_SLOTS;
        long all = 0;
        long learnt = 0;
        for (int block = 0; block < offsets.length; block++) {
            learns.set(block, trained.test(blocks.part(block), blocks.episode(block)));
            all += blocks.bytes(block);
            learnt += learns.get(block) ? blocks.bytes(block) : 0;
        }
        whole = all <= bound || learnt + SPARE_SLOTS * slotBytes <= bound;
        if (all <= bound) {
            slots = 0;
            residentBytes = place(all, null);
        } else if (whole) {
            slots = SPARE_SLOTS;
            residentBytes = place(bound - SPARE_SLOTS * slotBytes, null);
        } else {
            slots = (int) Math.min(blocks.count(), Math.max(least, bound / SLOTS_SHARE / slotBytes));
            if (slots * slotBytes > bound) {
                throw InputException.of("cache.disk_gb", "size", "at least " + Math.ceil(slots * slotBytes / 1e6) / 1e3 + ", for pictures of "
                        + blocks.stepBytes() / 1000 + " kB a step", String.valueOf(bound / 1e9), "");
            }
            residentBytes = place(bound - slots * slotBytes, new SplittableRandom(seed));
        }
    }

    private long largest() {
        long most = 0;
        for (int block = 0; block < offsets.length; block++) {
            most = Math.max(most, blocks.bytes(block));
        }
        return most;
    }

    /** Gives episodes their places while they last: those that are trained on, in order or drawn, then the others. @return bytes taken */
    private long place(long room, SplittableRandom random) {
        int[] begins = new int[offsets.length]; // first block of each episode
        int episodes = 0;
        for (int block = 0; block < offsets.length; block++) {
            if (block == 0 || blocks.part(block) != blocks.part(block - 1) || blocks.episode(block) != blocks.episode(block - 1)) {
                begins[episodes++] = block;
            }
        }
        int[] order = Arrays.copyOf(begins, episodes);
        for (int i = episodes - 1; random != null && i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
        long taken = 0;
        for (boolean learnt : new boolean[] {true, false}) {
            for (int begin : order) {
                if (learns.get(begin) == learnt) {
                    taken = placeEpisode(begin, taken, room);
                }
            }
        }
        return taken;
    }

    private long placeEpisode(int begin, long taken, long room) {
        int end = begin;
        long bytes = 0;
        while (end < offsets.length && blocks.part(end) == blocks.part(begin) && blocks.episode(end) == blocks.episode(begin)) {
            bytes += blocks.bytes(end++);
        }
        if (taken + bytes > room) {
            return taken;
        }
        long at = taken;
        for (int block = begin; block < end; block++) {
            offsets[block] = at;
            at += blocks.bytes(block);
        }
        return at;
    }

    /** The blocks. */
    public PictureBlocks blocks() {
        return blocks;
    }

    /** Whether everything that is trained on stays. */
    public boolean whole() {
        return whole;
    }

    /** Whether a block is trained on. */
    boolean trained(int block) {
        return learns.get(block);
    }

    /** Whether a block stays once it is decoded. */
    public boolean resident(int block) {
        return offsets[block] != NOWHERE;
    }

    /** Where a block that stays begins. */
    public long offset(int block) {
        return offsets[block];
    }

    /** Bytes of the blocks that stay. */
    public long residentBytes() {
        return residentBytes;
    }

    /** Places for blocks that do not. */
    public int slots() {
        return slots;
    }

    /** Where a slot begins. */
    public long slotOffset(int slot) {
        return residentBytes + slot * slotBytes;
    }

    /** Most bytes of pictures that do not stay and are trained on together. */
    public long stretchBytes() {
        return slots / 2 * slotBytes;
    }

    /** Bytes of everything. */
    public long bytes() {
        return slotOffset(slots);
    }

    /** A number for every run of blocks of an episode that are decoded again together. */
    int[] chunks() {
        int[] chunks = new int[blocks.count()];
        int chunk = -1;
        for (int block = 0; block < chunks.length; block++) {
            chunk += blocks.step(block) / blocks.stride() % CHUNK == 0 ? 1 : 0;
            chunks[block] = chunk;
        }
        return chunks;
    }
}
