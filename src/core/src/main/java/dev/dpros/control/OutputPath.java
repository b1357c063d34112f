package dev.dpros.control;

import dev.dpros.safety.ReferencePath;

/** The dimensions of a path that one output takes, in its own order. Control thread; allocates nothing. */
final class OutputPath implements ReferencePath {
    private final ReferencePath whole;
    private final int[] dims;
    private final double[] position;
    private final double[] velocity;
    private final double[] acceleration;

    /** A view. @param wholeDims action dimension of the whole path */
    OutputPath(ReferencePath whole, int wholeDims, int[] dims) {
        this.whole = whole;
        this.dims = dims.clone();
        position = new double[wholeDims];
        velocity = new double[wholeDims];
        acceleration = new double[wholeDims];
    }

    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public long stampNs(int index) {
        return whole.stampNs(index);
    }

    @Override
    public double value(int index, int dim) {
        return whole.value(index, dims[dim]);
    }

    @Override
    public void sample(long timeNs, double[] positionOut, double[] velocityOut, double[] accelerationOut) {
        whole.sample(timeNs, position, velocity, acceleration);
        for (int d = 0; d < dims.length; d++) {
            positionOut[d] = position[dims[d]];
            velocityOut[d] = velocity[dims[d]];
            accelerationOut[d] = acceleration[dims[d]];
        }
    }
}
