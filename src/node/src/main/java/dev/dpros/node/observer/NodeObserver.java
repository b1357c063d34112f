package dev.dpros.node.observer;

import dev.dpros.control.TickReport;
import dev.dpros.core.ActionChunk;
import dev.dpros.inference.SamplingGuide;

/**
 * Hears of what a control node does, from the beginning of a chunk to the commands made from it. Each method is called on the
 * thread that does it and must not block; on the control thread it must not allocate either. What it throws harms nobody.
 */
public interface NodeObserver {
    /** A chunk is begun. Sampler thread. */
    default void begun(SamplingGuide.Request request) {}

    /** The observations of the chunk begun last are encoded. Sampler thread. */
    default void encoded() {}

    /**
     * A denoising step is done. Sampler thread.
     *
     * @param index of the step, from 0
     * @param count of all steps
     * @param timestep of the noise scheduler
     * @param goesOn whether more are drawn
     */
    default void stepped(SamplingGuide.Request request, int index, int count, int timestep, boolean goesOn) {}

    /** A chunk is there. Sampler thread, or its successor's. */
    default void chunk(ActionChunk chunk) {}

    /** A request came to nothing. Sampler thread, or its successor's. */
    default void failed(long requestId) {}

    /** A command was published. Control thread. @param startNs monotonic time before @param endNs and after */
    default void published(long startNs, long endNs) {}

    /** A tick is over, its command published. Control thread; the report must not be kept. */
    default void ticked(TickReport report) {}
}
