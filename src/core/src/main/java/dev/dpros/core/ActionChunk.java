package dev.dpros.core;

import java.util.Arrays;

/**
 * One sampled action chunk: action {@code i} belongs to stamp {@code firstStampNs + i * stepNs}. Immutable, so it
 * crosses from the sampler to the control loop by reference.
 *
 * @param id increasing number of the inference that made it
 * @param observationStampNs t_obs, stamp of the newest observation used, in {@link Clock#rosNs()} time
 * @param firstStampNs stamp of action 0; for a diffusion policy t_obs itself (the network's step To-1)
 * @param stepNs period of the policy's grid, dt
 * @param dims action dimension A
 * @param values {@code [steps, A]} row-major, robot units, configured order
 * @param denoisingSteps how many network evaluations it took
 * @param origin where it was sampled
 */
public record ActionChunk(
        long id,
        long observationStampNs,
        long firstStampNs,
        long stepNs,
        int dims,
        double[] values,
        int denoisingSteps,
        ChunkOrigin origin) {

    /** @throws IllegalArgumentException if the values are not whole rows of {@code dims} or dt is not positive */
    public ActionChunk {
        values = values.clone();
        if (dims <= 0 || values.length == 0 || values.length % dims != 0 || stepNs <= 0) {
            throw new IllegalArgumentException("action chunk: " + values.length + " values of dimension " + dims
                    + ", step " + stepNs + " ns");
        }
    }

    /** One sampled on this machine. */
    public ActionChunk(long id, long observationStampNs, long firstStampNs, long stepNs, int dims, double[] values, int denoisingSteps) {
        this(id, observationStampNs, firstStampNs, stepNs, dims, values, denoisingSteps, ChunkOrigin.LOCAL);
    }

    /** Number of actions. */
    public int steps() {
        return values.length / dims;
    }

    /** One coordinate of one action; does not allocate. */
    public double action(int step, int dim) {
        return values[step * dims + dim];
    }

    /** Stamp of action {@code step}, ns. */
    public long stampNs(int step) {
        return firstStampNs + step * stepNs;
    }

    /** A copy of all values, {@code [steps, A]}. */
    @Override
    public double[] values() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ActionChunk that && id == that.id && firstStampNs == that.firstStampNs
                && stepNs == that.stepNs && dims == that.dims && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id) * 31 + Arrays.hashCode(values);
    }
}
