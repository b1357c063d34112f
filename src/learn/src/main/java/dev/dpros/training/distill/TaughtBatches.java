package dev.dpros.training.distill;

import dev.dpros.core.TensorData;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchMemory;
import dev.dpros.training.data.BatchSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Lessons of a teacher, each of which is part of several batches, some steps apart, since it costs more than what is learnt of it once. Batch n is a
 * function of data, teacher, seed and n alone. Confined to one thread.
 */
public final class TaughtBatches implements BatchSource {
    /** Batches of which a lesson is a part. */
    public static final int USES = 8;
    private static final int APART = 16;

    private final BatchSource data;
    private final Teacher teacher;
    private final long seed;
    private final List<Lesson> lessons = new ArrayList<>();
    private final Deque<BatchMemory> free = new ArrayDeque<>();
    private final BatchMemory memory = new BatchMemory();
    /** Number of the first lesson that is kept. */
    private long first;
    private long position;

    /** What is kept of a lesson, and where. */
    private record Lesson(Batch batch, BatchMemory memory) {}

    /** @param data recorded; closed with this one, as is the teacher */
    public TaughtBatches(BatchSource data, Teacher teacher, long seed) {
        this.data = data;
        this.teacher = teacher;
        this.seed = seed;
    }

    @Override
    public Batch next() {
        while (first + lessons.size() <= position) {
            BatchMemory room = free.isEmpty() ? new BatchMemory() : free.removeLast();
            lessons.add(new Lesson(teacher.teach(data.next(), random(seed, first + lessons.size()), room), room));
        }
        for (; first < oldest(position); first++) {
            free.addLast(lessons.remove(0).memory());
        }
        List<Batch> used = new ArrayList<>();
        for (long n = position; n >= first; n -= APART) {
            used.add(lessons.get((int) (n - first)).batch());
        }
        position++;
        return joined(used);
    }

    private static long oldest(long position) {
        return Math.max(0, position - (USES - 1) * APART);
    }

    /** Noise of lesson n; neighbouring seeds share nothing. */
    public static SplittableRandom random(long seed, long n) {
        return new SplittableRandom(new SplittableRandom(~seed).nextLong() + n);
    }

    private Batch joined(List<Batch> batches) {
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        batches.get(0).inputs().keySet().forEach(key ->
                inputs.put(key, Teacher.joined(memory, "input " + key, batches.stream().map(batch -> batch.inputs().get(key)).toList())));
        return new Batch(batches.stream().mapToInt(Batch::size).sum(), inputs,
                Teacher.joined(memory, "action", batches.stream().map(Batch::action).toList()),
                Teacher.joined(memory, "mask", batches.stream().map(Batch::mask).toList()));
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void restore(long to) {
        data.restore(oldest(to));
        first = oldest(to);
        lessons.forEach(lesson -> free.addLast(lesson.memory()));
        lessons.clear();
        position = to;
    }

    @Override
    public long batchesPerEpoch() {
        return data.batchesPerEpoch();
    }

    @Override
    public void close() {
        data.close();
        teacher.close();
    }
}
