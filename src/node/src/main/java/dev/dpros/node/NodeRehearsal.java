package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.ControlConfig;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.PositionSource;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.messages.RosImageReader;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.node.outputs.SourceCheck;
import dev.dpros.observation.CameraSource;
import dev.dpros.observation.CompressedHeader;
import dev.dpros.observation.MessageCopy;
import dev.dpros.process.Owned;
import dev.dpros.safety.JointLimits;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A control node without all that acts: its sources take the robot's topics in as they do in a run, but there is no sampler,
 * no loop, no service and no output. Nothing is published. For checks before a run; built, asked and closed by one thread.
 */
public final class NodeRehearsal implements AutoCloseable {
    private final Owned owned = new Owned();
    private final RobotConfig config;
    private final MessageTypes types;
    private final Sources sources;
    private final NodeSetup.Motion motion;

    /**
     * Subscribes the sources.
     *
     * @throws dev.dpros.core.InputException if configuration, policy and topics do not fit, as {@link PolicyNode} would say
     */
    public NodeRehearsal(RobotConfig config, PolicyDefinition definition, Transport transport) {
        this.config = config;
        types = transport.messages();
        try {
            NodeSetup setup = new NodeSetup(config, definition, transport, owned.own(new MetricsRegistry()), UnaryOperator.identity());
            ControlConfig unruled = setup.control();
            sources = setup.sources(owned);
            motion = setup.motion(unruled, sources::measuredSource);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** One entry per source, a measured position of its own being the last. */
    public List<SourceCheck> checks() {
        return sources.checks();
    }

    /** What the newest picture of a source is, such as {@code 640x480 'rgb8'}; null if the source is no camera or none came. */
    public @Nullable String picture(SourceCheck check) {
        for (CameraSource camera : sources.cameras()) {
            if (camera.feature().key().equals(check.key())) {
                MessageCopy copy = new MessageCopy();
                boolean came = camera.messages().newest() > 0 && camera.messages().copy(camera.messages().newest(), copy);
                return came ? described(RosImageReader.forType(types, config.observations().get(check.key()).typeFor(camera.feature().kind())),
                        copy.bytes()) : null;
            }
        }
        return null;
    }

    /** With the size that a compressed picture says within. */
    private static String described(RosImageReader reader, ByteBuffer message) {
        ImageLayout layout = new ImageLayout();
        CompressedHeader header = new CompressedHeader();
        boolean sized = reader.read(message, layout) && layout.encoding == ImageLayout.Encoding.COMPRESSED
                && header.parse(message, layout.dataOffset, layout.dataLength);
        return (sized ? header.width() + "x" + header.height() + ", " : "") + reader.describe(message);
    }

    /** The robot's measured position in the order of the action's joints; one that knows nothing if there is none. */
    public PositionSource measured() {
        return sources.positions();
    }

    /** In the order of the action's joints. */
    public List<JointLimits> limits() {
        return motion.limits();
    }

    /** The loop's configuration, as a run would have it. */
    public ControlConfig control() {
        return motion.control();
    }

    @Override
    public void close() {
        owned.close();
    }
}
