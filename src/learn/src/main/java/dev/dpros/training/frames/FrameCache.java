package dev.dpros.training.frames;

import dev.dpros.training.data.Frames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Pictures on disk, decoded by threads named {@code frame-decoder-N}: first what batches wait for, then what comes next, then all
 * that stays. Whoever asks for a picture that is not there waits for its block. Of the pictures nothing is kept in this process's
 * memory; the operating system keeps what fits. Any thread.
 */
public final class FrameCache implements AutoCloseable {
    private static final byte ABSENT = 0;
    private static final byte BUSY = 1;
    private static final byte THERE = 2;
    private static final int JOIN_MS = 2_000;

    private final CachePlan plan;
    private final PictureBlocks blocks;
    private final CacheFile file;
    private final BlockStore store;
    private final Object lock = new Object();
    private final byte[] state;
    /** Of a block that is there, CRC-32C of each picture. */
    private final int[][] sums;
    /** Changes whenever a block is given up. */
    private final int[] versions;
    /** Blocks of which an earlier process says that they are there; their checksums are yet to be compared. */
    private final BitSet claimed = new BitSet();
    private final Map<Integer, RuntimeException> failed = new HashMap<>();
    private final CacheSlots slots;
    private final BlockQueue queue;
    private final FrameCounts counts;
    private final List<Thread> decoders = new ArrayList<>();
    private long stretch;
    private boolean closed;

    /**
     * Opens the file and begins to decode.
     *
     * @param path of the file
     * @param fingerprint of the data, 32 bytes
     * @param sources by part
     * @param threads that decode
     * @throws dev.dpros.core.InputException if the file is in use or there is no room for it
     */
    public FrameCache(Path path, byte[] fingerprint, CachePlan plan, List<PictureSource> sources, int threads) {
        this.plan = plan;
        blocks = plan.blocks();
        file = new CacheFile(path, fingerprint, blocks.count(), plan.bytes());
        store = new BlockStore(plan, file);
        state = new byte[blocks.count()];
        sums = new int[state.length][];
        versions = new int[state.length];
        for (int block = 0; block < state.length; block++) {
            claimed.set(block, plan.resident(block) && file.stored(block));
        }
        slots = new CacheSlots(plan);
        queue = new BlockQueue(IntStream.range(0, state.length).filter(block -> plan.trained(block) && plan.resident(block)).toArray());
        counts = new FrameCounts(plan, claimed.cardinality());
        for (int i = 0; i < threads; i++) {
            Thread decoder = new Thread(() -> work(new BlockDecoder(blocks, sources)), "frame-decoder-" + i);
            decoder.setDaemon(true);
            decoders.add(decoder);
        }
        decoders.forEach(Thread::start);
    }

    /** What stays where. */
    public CachePlan plan() {
        return plan;
    }

    /** Where it lies. */
    public Path path() {
        return file.path();
    }

    /** Why an earlier file was given up; empty if there was none, or it is gone on with. */
    public String discarded() {
        return file.discarded();
    }

    /** How it goes. */
    public FrameCounts counts() {
        return counts;
    }

    /** The pictures of a part's camera. */
    public Frames frames(int part, int camera) {
        return (row, rgb) -> read(part, camera, row, rgb);
    }

    /** These blocks are needed now, by a batch of the order's given stretch; the fewer the later a stretch's number, the older. */
    void need(long ofStretch, int[] wanted) {
        synchronized (lock) {
            stretch = Math.max(stretch, ofStretch);
            int[] missing = Arrays.stream(wanted).filter(block -> {
                slots.wanted(block, ofStretch);
                return missing(block);
            }).toArray();
            if (queue.urgent(missing)) {
                lock.notifyAll();
            }
        }
    }

    /** These blocks are needed by a later stretch: decoded where older ones' places are free. */
    void ahead(long ofStretch, int[] wanted) {
        synchronized (lock) {
            for (int block : wanted) {
                slots.wanted(block, ofStretch);
            }
            queue.ahead(wanted);
            lock.notifyAll();
        }
    }

    private boolean missing(int block) {
        return state[block] == ABSENT && !failed.containsKey(block);
    }

    /** Every picture is compared with its checksum: whoever changes the file meanwhile has its block decoded again. */
    private void read(int part, int camera, int row, byte[] rgb) {
        int block = blocks.block(part, row);
        boolean waited = false;
        while (true) {
            int version;
            int sum;
            long at;
            synchronized (lock) {
                waited |= await(block);
                version = versions[block];
                sum = sums[block][blocks.picture(block, camera, row)];
                at = place(block);
            }
            boolean same = store.read(block, at, camera, row, rgb) && BlockStore.sum(rgb) == sum;
            synchronized (lock) {
                if (versions[block] == version) {
                    if (same) {
                        counts.read(waited);
                        return;
                    }
                    giveUp(block);
                    counts.damaged();
                }
            }
        }
    }

    private void giveUp(int block) {
        state[block] = ABSENT;
        sums[block] = null;
        versions[block]++;
    }

    private long place(int block) {
        return plan.resident(block) ? plan.offset(block) : plan.slotOffset(slots.slot(block));
    }

    /** Until a block is there. @return whether it was not at once */
    private boolean await(int block) {
        boolean waited = false;
        while (state[block] != THERE) {
            RuntimeException failure = failed.get(block);
            if (failure != null) {
                throw failure;
            }
            if (closed) {
                throw new CancellationException("the cache of pictures was closed");
            }
            if (missing(block)) {
                slots.wanted(block, stretch);
                if (queue.urgent(new int[] {block})) {
                    lock.notifyAll();
                }
            }
            waited = true;
            try {
                lock.wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("loading was interrupted");
            }
        }
        return waited;
    }

    private void work(BlockDecoder decoder) {
        try (decoder) {
            for (int block = next(); block >= 0; block = next()) {
                make(decoder, block);
            }
        }
    }

    /** Waits for the next block to make; -1 at the end. Its place is its own from now on. */
    private int next() {
        synchronized (lock) {
            while (!closed) {
                int block = queue.take(this::missing, wanted -> placed(wanted, Long.MAX_VALUE), wanted -> placed(wanted, stretch));
                if (block >= 0) {
                    state[block] = BUSY;
                    return block;
                }
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    return -1;
                }
            }
            return -1;
        }
    }

    /** Whether a block has a place, if need be another's that was last wanted by a stretch before {@code before}. */
    private boolean placed(int block, long before) {
        if (plan.resident(block)) {
            return true;
        }
        int given = slots.take(block, before, held -> state[held] != BUSY);
        if (given >= 0) {
            giveUp(given);
        }
        return slots.slot(block) >= 0;
    }

    private void make(BlockDecoder decoder, int block) {
        boolean claims;
        long at;
        synchronized (lock) {
            claims = claimed.get(block);
            claimed.clear(block);
            at = place(block);
        }
        int[] of = null;
        RuntimeException failure = null;
        try {
            of = claims ? store.compared(block, at) : null;
            if (claims && of == null) {
                counts.damaged();
            }
            of = of == null ? store.decoded(decoder, block, at, this::beforePicture) : of;
        } catch (RuntimeException e) {
            failure = e;
        } catch (Error e) { // no other thread would hear of it
            failure = new IllegalStateException(e);
        }
        synchronized (lock) {
            state[block] = failure == null ? THERE : ABSENT;
            sums[block] = of;
            if (failure != null) {
                failed.put(block, failure);
            } else {
                counts.there(block);
            }
            lock.notifyAll();
        }
    }

    private void beforePicture() {
        synchronized (lock) {
            if (closed) {
                throw new CancellationException("the cache of pictures was closed");
            }
        }
        counts.decoded();
    }

    /** Ends it and takes the file away. */
    public void delete() {
        end();
        file.delete();
    }

    /** Ends the threads; the file stays. */
    @Override
    public void close() {
        end();
        file.close();
    }

    private void end() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        for (Thread decoder : decoders) { // each ends at its next picture
            try {
                decoder.join(JOIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
