package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A weight that is trained, possibly with its dimensions in another order than the checkpoint's: the fast layout is what
 * the optimiser works on, since it acts element by element. Immutable.
 *
 * @param name the checkpoint's name of it
 * @param initial its first values, in the checkpoint's layout
 * @param order the checkpoint's dimensions in the order in which the network has them
 * @param shape as the network has it, after outer or inner dimensions have been joined
 */
public record TrainedTensor(String name, TensorData initial, List<Integer> order, List<Long> shape) {
    /** @throws IllegalArgumentException if order or shape do not fit the tensor */
    public TrainedTensor {
        order = List.copyOf(order);
        shape = List.copyOf(shape);
        boolean permutation = order.stream().sorted().toList().equals(sequence(initial.shape().size()));
        if (!permutation || shape.stream().reduce(1L, Math::multiplyExact) != initial.count()) {
            throw new IllegalArgumentException(name + ": order " + order + " and shape " + shape + " do not fit "
                    + initial.shape());
        }
    }

    /** A weight in the checkpoint's own layout. */
    static TrainedTensor of(String name, TensorData initial) {
        return new TrainedTensor(name, initial, sequence(initial.shape().size()), initial.shape());
    }

    private static List<Integer> sequence(int count) {
        List<Integer> dims = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            dims.add(i);
        }
        return dims;
    }

    /** Number of values. */
    public int count() {
        return Math.toIntExact(initial.count());
    }

    /** Brings values from the checkpoint's layout into the network's; both at their positions. */
    public void toNetwork(FloatBuffer checkpoint, FloatBuffer network) {
        int[] from = source();
        for (int i = 0; i < from.length; i++) {
            network.put(i, checkpoint.get(from[i]));
        }
    }

    /** The values that the network has, as the checkpoint's tensor. */
    public TensorData toCheckpoint(FloatBuffer network) {
        int[] from = source();
        ByteBuffer bytes = ByteBuffer.allocate(from.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer values = bytes.asFloatBuffer();
        for (int i = 0; i < from.length; i++) {
            values.put(from[i], network.get(i));
        }
        return new TensorData(TensorData.DType.F32, initial.shape(), bytes);
    }

    /** For each value in the network's layout, where it is in the checkpoint's. */
    private int[] source() {
        int[] index = new int[count()];
        int rank = order.size();
        int[] strides = new int[rank];
        int stride = 1;
        for (int d = rank - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= initial.shape().get(d).intValue();
        }
        int[] position = new int[rank];
        for (int i = 0; i < index.length; i++) {
            int at = 0;
            for (int d = 0; d < rank; d++) {
                at += position[d] * strides[order.get(d)];
            }
            index[i] = at;
            for (int d = rank - 1; d >= 0 && ++position[d] == initial.shape().get(order.get(d)); d--) {
                position[d] = 0;
            }
        }
        return index;
    }
}
