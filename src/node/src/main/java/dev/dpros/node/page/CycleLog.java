package dev.dpros.node.page;

import dev.dpros.control.TickReport;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkOrigin;
import dev.dpros.core.Clock;
import dev.dpros.core.LatencySink;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.Stage;
import dev.dpros.node.observer.NodeObserver;
import dev.dpros.observation.SourceStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * When each part of the last cycles happened, from the stamp of an image to the first command made from it, and the chunks
 * themselves. The sampler thread writes a cycle's first part, the control thread its end, without allocation or waiting;
 * any thread reads. All times are stamp time.
 */
public final class CycleLog implements NodeObserver {
    private static final int KEPT = 16;
    private static final int FIELDS = Field.values().length;

    private enum Field { ID, STAMP, ARRIVED, PREPARED, BEGUN, ENCODED, FINISHED, DEADLINE, STEPS, SENT_FROM, SENT, ORIGIN }

    /**
     * One cycle; ns of stamp time, 0 where unknown.
     *
     * @param id of the chunk
     * @param stampNs of the observation
     * @param arrivedNs when the newest camera's image had come
     * @param preparedNs when it was the policy's image
     * @param begunNs when the sampler began
     * @param encodedNs when the observations were encoded
     * @param finishedNs when the chunk was there
     * @param deadlineNs when it had to be there
     * @param steps denoising steps
     * @param sentFromNs when the first command made from it was handed over
     * @param sentNs when that was done
     * @param origin where the chunk was sampled
     */
    public record Cycle(long id, long stampNs, long arrivedNs, long preparedNs, long begunNs, long encodedNs,
            long finishedNs, long deadlineNs, int steps, long sentFromNs, long sentNs, ChunkOrigin origin) {}

    private final Clock clock;
    private final List<SourceStatistics> cameras;
    private final LatencySink publish;
    private final LatencySink chunkAge;
    private final AtomicLongArray slots = new AtomicLongArray(KEPT * FIELDS);
    private final AtomicReferenceArray<ActionChunk> chunks = new AtomicReferenceArray<>(KEPT);
    private final MotionPast motion;
    private final CyclePast past = new CyclePast();
    private final AtomicLongArray command;
    private final AtomicLongArray measured;
    private volatile long newestId;
    private volatile long executedId;
    private volatile double disagreement;
    private volatile long steps;
    private volatile long encodedNs;
    private ActionChunk previous;
    private long publishNs;

    /**
     * An empty log.
     *
     * @param cameras whose newest image begins a cycle
     * @param dims of the action
     * @param metrics gets publish times and chunk ages
     */
    public CycleLog(Clock clock, List<SourceStatistics> cameras, int dims, MetricsRegistry metrics) {
        this.clock = clock;
        this.cameras = List.copyOf(cameras);
        publish = metrics.latency(Stage.PUBLISH);
        chunkAge = metrics.latency(Stage.CHUNK_AGE);
        motion = new MotionPast(dims);
        command = unknown(dims);
        measured = unknown(dims);
    }

    private static AtomicLongArray unknown(int dims) {
        AtomicLongArray values = new AtomicLongArray(dims);
        for (int i = 0; i < dims; i++) {
            values.set(i, Double.doubleToRawLongBits(Double.NaN));
        }
        return values;
    }

    @Override
    public void begun(SamplingGuide.Request request) {
        long rosNowNs = clock.rosNs();
        long offsetNs = rosNowNs - clock.monotonicNs();
        long stampNs = request.window().stampNs;
        long id = request.id();
        for (Field field : Field.values()) {
            set(id, field, 0);
        }
        for (SourceStatistics camera : cameras) {
            if (camera.newestStampNs() == stampNs && camera.newestArrivalNs() != 0) {
                long arrivedNs = camera.newestArrivalNs() + offsetNs;
                set(id, Field.ARRIVED, arrivedNs);
                set(id, Field.PREPARED, arrivedNs + camera.newestPreparationNs());
            }
        }
        set(id, Field.STAMP, stampNs);
        set(id, Field.BEGUN, rosNowNs);
        set(id, Field.DEADLINE, request.deadlineNs() + offsetNs);
        encodedNs = 0;
    }

    @Override
    public void encoded() {
        encodedNs = clock.rosNs();
    }

    @Override
    public synchronized void chunk(ActionChunk chunk) {
        long id = chunk.id();
        disagreement = previous == null ? 0 : Disagreement.between(previous, chunk);
        previous = chunk;
        steps += chunk.denoisingSteps();
        set(id, Field.STEPS, chunk.denoisingSteps());
        set(id, Field.ORIGIN, chunk.origin().ordinal());
        set(id, Field.ENCODED, encodedNs);
        set(id, Field.FINISHED, clock.rosNs());
        chunks.set(slot(id), chunk);
        set(id, Field.ID, id);
        newestId = id;
    }

    @Override
    public void published(long startNs, long endNs) {
        publishNs = endNs - startNs;
        publish.recordNs(publishNs);
    }

    @Override
    public void ticked(TickReport report) {
        for (int i = 0; i < report.command.length; i++) {
            command.lazySet(i, Double.doubleToRawLongBits(report.commanding ? report.command[i] : Double.NaN));
            measured.lazySet(i, Double.doubleToRawLongBits(report.inputs.measuredKnown ? report.inputs.measured[i] : Double.NaN));
        }
        motion.note(report);
        long id = report.chunkId;
        if (id != executedId) {
            executedId = id;
            if (id != 0) {
                chunkAge.recordNs(report.inputs.rosNs - report.observationStampNs);
                set(id, Field.SENT_FROM, report.inputs.rosNs);
                set(id, Field.SENT, report.inputs.rosNs + publishNs);
                long stampNs = get(id, Field.STAMP);
                past.note(id, report.inputs.monotonicNs, report.inputs.rosNs + publishNs - stampNs, get(id, Field.DEADLINE) - stampNs);
            }
        }
    }

    private static int slot(long id) {
        return (int) (id % KEPT);
    }

    private void set(long id, Field field, long value) {
        slots.set(slot(id) * FIELDS + field.ordinal(), value);
    }

    private long get(long id, Field field) {
        return slots.get(slot(id) * FIELDS + field.ordinal());
    }

    /** The last cycles whose chunk is there, oldest first, at most so many. Allocates. */
    public List<Cycle> last(int count) {
        List<Cycle> cycles = new ArrayList<>();
        long newest = newestId;
        for (long id = Math.max(1, newest - Math.min(count, KEPT - 2) + 1); id <= newest; id++) {
            Cycle cycle = new Cycle(id, get(id, Field.STAMP), get(id, Field.ARRIVED), get(id, Field.PREPARED),
                    get(id, Field.BEGUN), get(id, Field.ENCODED), get(id, Field.FINISHED), get(id, Field.DEADLINE),
                    (int) get(id, Field.STEPS), get(id, Field.SENT_FROM), get(id, Field.SENT),
                    ChunkOrigin.of(get(id, Field.ORIGIN)));
            if (get(id, Field.ID) == id) {
                cycles.add(cycle);
            }
        }
        return cycles;
    }

    /** The last chunks, newest first, at most so many. Allocates. */
    public List<ActionChunk> lastChunks(int count) {
        List<ActionChunk> last = new ArrayList<>();
        long newest = newestId;
        for (long id = newest; id > Math.max(0, newest - Math.min(count, KEPT - 2)); id--) {
            ActionChunk chunk = chunks.get(slot(id));
            if (chunk != null && chunk.id() == id) {
                last.add(chunk);
            }
        }
        return last;
    }

    /** Number of the chunk being executed, 0 if none. */
    public long executed() {
        return executedId;
    }

    /** The positions of the last seconds. */
    MotionPast motion() {
        return motion;
    }

    /** How long the cycles of the last minute took. */
    CyclePast past() {
        return past;
    }

    /** Where the chunk being executed was sampled. */
    public ChunkOrigin executedOrigin() {
        return ChunkOrigin.of(get(executedId, Field.ORIGIN));
    }

    /** Position commanded by the last tick, robot units; NaN if it commanded none. */
    public double[] command() {
        return copy(command);
    }

    /** Position measured at the last tick, robot units; NaN while unknown. */
    public double[] measured() {
        return copy(measured);
    }

    private static double[] copy(AtomicLongArray bits) {
        double[] values = new double[bits.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.longBitsToDouble(bits.get(i));
        }
        return values;
    }

    /** Largest distance between the last two chunks over their common time, robot units. */
    public double disagreement() {
        return disagreement;
    }

    /** Denoising steps of the last chunk. */
    public long lastSteps() {
        return newestId == 0 ? 0 : get(newestId, Field.STEPS);
    }

    /** Denoising steps of all chunks. */
    public long allSteps() {
        return steps;
    }
}
