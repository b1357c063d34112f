package dev.dpros.node;

import dev.dpros.config.RobotConfig;
import dev.dpros.config.TeleopSection;
import dev.dpros.core.Clock;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.observation.VectorConfig;
import dev.dpros.observation.VectorSource;

/**
 * The operator's commands: where the robot is to be, while messages keep coming. Written by the transport's thread, read by
 * the control thread; allocates nothing per message.
 */
final class Teleoperation implements PositionSource, AutoCloseable {
    private final Clock clock;
    private final long timeoutNs;
    private final VectorSource source;
    private final Subscription subscription;

    /** Subscribes. @throws InputException if the field does not give one value per dimension of the action */
    Teleoperation(RobotConfig config, Transport transport) {
        TeleopSection section = config.teleop();
        clock = transport.clock();
        timeoutNs = Math.round(section.timeoutMs() * 1e6);
        int dims = config.layout().names().size();
        TopicValues values = TopicValues.of(section.type(), field(config), dims, transport.messages());
        if (values.reader().size() != dims) {
            throw InputException.of("teleop", "field " + field(config), dims + " values (the action's dimensions)",
                    values.reader().size() + " values", "");
        }
        FeatureSpec feature = FeatureSpec.of("teleop", FeatureSpec.Kind.ACTION, dims);
        source = new VectorSource(VectorConfig.of(section.topic(), feature, SourceHealth.Kind.OTHER, timeoutNs), values.reader());
        subscription = transport.subscribe(section.topic(), section.type(), source);
        values.read(subscription);
    }

    /** The path in the operator's messages. */
    static String field(RobotConfig config) {
        String field = config.teleop().field();
        return field.isEmpty() ? "position[" + String.join(",", config.layout().names()) + "]" : field;
    }

    @Override
    public boolean read(double[] out) {
        long last = source.health().lastReceivedNs();
        return last != SourceHealth.NEVER && clock.monotonicNs() - last <= timeoutNs && source.read(out);
    }

    @Override
    public void close() {
        subscription.close();
    }
}
