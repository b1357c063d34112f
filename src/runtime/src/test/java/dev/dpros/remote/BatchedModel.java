package dev.dpros.remote;

import dev.dpros.remote.PolicyServer.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Computes requests of equal shapes together that come within a delay or while it computes, as an inference server's dynamic batcher
 * does. A thread of its own.
 */
final class BatchedModel implements PolicyServer.Model {
    private final LibtorchModel model;
    private final int most;
    private final long delayNs;
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread thread;

    private record Waiting(Map<String, Value> inputs, CompletableFuture<List<Value>> outputs) {
        boolean fits(Waiting other) {
            return inputs.entrySet().stream().allMatch(input -> input.getValue().spec().equals(other.inputs().get(input.getKey()).spec()));
        }
    }

    /** @param most requests together @param delayNs how long the first of them waits for others */
    BatchedModel(LibtorchModel model, int most, long delayNs) {
        this.model = model;
        this.most = most;
        this.delayNs = delayNs;
        thread = new Thread(this::run, "batcher");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public List<TensorSpec> inputs() {
        return model.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return model.outputs();
    }

    @Override
    public List<Value> infer(Map<String, Value> inputs) {
        Waiting waiting = new Waiting(inputs, new CompletableFuture<>());
        queue.add(waiting);
        return waiting.outputs().join();
    }

    private void run() {
        try {
            Waiting first = queue.take();
            while (!Thread.currentThread().isInterrupted()) {
                List<Waiting> together = new ArrayList<>(List.of(first));
                long untilNs = System.nanoTime() + delayNs;
                Waiting next = queue.poll(delayNs, TimeUnit.NANOSECONDS);
                while (next != null && next.fits(first) && together.size() < most) {
                    together.add(next);
                    next = together.size() == most ? null : queue.poll(Math.max(0, untilNs - System.nanoTime()), TimeUnit.NANOSECONDS);
                }
                compute(together);
                first = next == null ? queue.take() : next;
            }
        } catch (InterruptedException e) {
            queue.forEach(waiting -> waiting.outputs().cancel(false));
        }
    }

    private void compute(List<Waiting> together) {
        try {
            List<List<Value>> answers = model.inferTogether(together.stream().map(Waiting::inputs).toList());
            for (int i = 0; i < together.size(); i++) {
                together.get(i).outputs().complete(answers.get(i));
            }
        } catch (RuntimeException e) {
            together.forEach(waiting -> waiting.outputs().completeExceptionally(e));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        model.close();
    }
}
