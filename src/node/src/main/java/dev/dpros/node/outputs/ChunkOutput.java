package dev.dpros.node.outputs;

import dev.dpros.config.ActionLayout;
import dev.dpros.config.OutputSection;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.SamplingFailure;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.ActionChunkWriter;
import dev.dpros.messages.PathWriter;
import java.util.List;

/**
 * {@code ~chunk} (diffusion_policy_msgs/ActionChunk) and {@code ~plan} (nav_msgs/Path), both latched, per inference. On the
 * sampler thread, or its successor's; does not block.
 */
public final class ChunkOutput implements ChunkSink, AutoCloseable {
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 2);

    private final Publication chunks;
    private final Publication plans;
    private final ActionChunkWriter chunkWriter;
    private final PathWriter planWriter;

    /** Advertises what is configured. @throws InputException if the plan names dimensions that the action lacks */
    public ChunkOutput(Transport transport, OutputSection outputs, ActionLayout action) {
        List<String> dims = outputs.plan().dims();
        for (String name : dims) {
            if (!action.names().contains(name)) {
                throw new InputException("outputs.plan.dims: '" + name + "': the action has no such dimension"
                        + NearestName.hint(name, action.names()));
            }
        }
        String frameId = outputs.plan().frameId().isEmpty() ? action.frameId() : outputs.plan().frameId();
        chunkWriter = new ActionChunkWriter(transport.messages(), action.names(), action.frameId(), 1, true);
        planWriter = new PathWriter(transport.messages(), dims.stream().mapToInt(action.names()::indexOf).toArray(), frameId);
        chunks = outputs.chunk() ? transport.advertise("~chunk", "diffusion_policy_msgs/ActionChunk", LATCHED) : null;
        plans = dims.isEmpty() ? null : transport.advertise("~plan", "nav_msgs/Path", LATCHED);
    }

    @Override
    public synchronized void accept(ActionChunk chunk) {
        if (chunks != null) {
            chunks.publish(chunkWriter.write(chunk));
        }
        if (plans != null) {
            plans.publish(planWriter.write(chunk));
        }
    }

    @Override
    public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {
        // counted by the control loop and seen on /diagnostics
    }

    @Override
    public void close() {
        if (chunks != null) {
            chunks.close();
        }
        if (plans != null) {
            plans.close();
        }
    }
}
