package dev.dpros.inference.torchscript;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a weight that is trained lies in memory, possibly with its dimensions in another order than the checkpoint's: the fast layout
 * is what the optimiser works on, since it acts element by element. Immutable.
 *
 * @param name the checkpoint's name of it
 * @param stored its shape in the checkpoint
 * @param order the checkpoint's dimensions in the order in which the network has them
 * @param shape as the network has it, after outer or inner dimensions have been joined
 */
public record WeightLayout(String name, List<Long> stored, List<Integer> order, List<Long> shape) {
    /** @throws IllegalArgumentException if order or shape do not fit what is stored */
    public WeightLayout {
        stored = List.copyOf(stored);
        order = List.copyOf(order);
        shape = List.copyOf(shape);
        if (!order.stream().sorted().toList().equals(sequence(stored.size())) || product(shape) != product(stored)) {
            throw new IllegalArgumentException(name + ": order " + order + " and shape " + shape + " do not fit " + stored);
        }
    }

    /** The numbers 0, 1, ... */
    static List<Integer> sequence(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static long product(List<Long> sizes) {
        return sizes.stream().reduce(1L, Math::multiplyExact);
    }

    /** Number of values. */
    public int count() {
        return Math.toIntExact(product(stored));
    }

    /**
     * Puts values of the checkpoint's layout where the network has them. Does not allocate.
     *
     * @param first the place of the first of them in the checkpoint's layout
     * @param values from position to limit, which becomes the position
     * @param network all of the network's, at position 0
     */
    public void toNetwork(int first, FloatBuffer values, FloatBuffer network) {
        move(first, values, network, true);
    }

    /** The way back: fills {@code values}, from position to limit, with those from {@code first} on. Does not allocate. */
    public void toCheckpoint(int first, FloatBuffer network, FloatBuffer values) {
        move(first, values, network, false);
    }

    /** Runs along the checkpoint's last dimension, one after the other. */
    private void move(int first, FloatBuffer values, FloatBuffer network, boolean in) {
        int last = order.size() - 1;
        int row = last < 0 ? 1 : stored.get(last).intValue();
        int stride = last < 0 ? 1 : stride(last);
        for (int at = first; values.hasRemaining(); ) {
            int from = at % row;
            int count = Math.min(row - from, values.remaining());
            int to = start(at / row) + from * stride;
            for (int i = 0; i < count; i++, to += stride) {
                if (in) {
                    network.put(to, values.get());
                } else {
                    values.put(network.get(to));
                }
            }
            at += count;
        }
    }

    /** Where the network has the beginning of a run of the checkpoint's. */
    private int start(int run) {
        int at = 0;
        int rest = run;
        for (int d = order.size() - 2; d >= 0; d--) {
            int size = stored.get(d).intValue();
            at += rest % size * stride(d);
            rest /= size;
        }
        return at;
    }

    /** How far apart the network has neighbours along a dimension of the checkpoint's. */
    private int stride(int dimension) {
        int stride = 1;
        for (int d = order.size() - 1; order.get(d) != dimension; d--) {
            stride *= stored.get(order.get(d)).intValue();
        }
        return stride;
    }
}
