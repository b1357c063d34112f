package dev.dpros.training.distill;

import dev.dpros.core.TensorData;
import dev.dpros.training.data.Batch;
import dev.dpros.training.data.BatchSource;
import java.util.ArrayList;
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
    private final List<Batch> lessons = new ArrayList<>();
    /** Number of the first lesson that is kept. */
    private long first;
    private long position;

    /** @param data recorded; closed with this one, as is the teacher */
    public TaughtBatches(BatchSource data, Teacher teacher, long seed) {
        this.data = data;
        this.teacher = teacher;
        this.seed = seed;
    }

    @Override
    public Batch next() {
        while (first + lessons.size() <= position) {
            lessons.add(teacher.teach(data.next(), random(seed, first + lessons.size())));
        }
        for (; first < oldest(position); first++) {
            lessons.remove(0);
        }
        List<Batch> used = new ArrayList<>();
        for (long n = position; n >= first; n -= APART) {
            used.add(lessons.get((int) (n - first)));
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

    private static Batch joined(List<Batch> batches) {
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        batches.get(0).inputs().keySet().forEach(key ->
                inputs.put(key, Teacher.joined(batches.stream().map(batch -> batch.inputs().get(key)).toList())));
        return new Batch(batches.stream().mapToInt(Batch::size).sum(), inputs, Teacher.joined(batches.stream().map(Batch::action).toList()),
                Teacher.joined(batches.stream().map(Batch::mask).toList()));
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void restore(long to) {
        data.restore(oldest(to));
        first = oldest(to);
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
