package dev.dpros.node.page;

import dev.dpros.config.DashboardSection.Projection;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.core.Clock;
import dev.dpros.core.SourceLabel;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.metrics.dashboard.PointerDrive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pointer on the live page as an operator's device: publishes, on the teleoperation topic and as any other device would,
 * where the action's two dimensions are to be. HTTP threads, one at a time.
 */
public final class PointerTeleop implements PointerDrive, AutoCloseable {
    private static final String TYPE = "sensor_msgs/JointState";

    private final Clock clock;
    private final List<String> joints;
    private final Map<String, Projection> cameras = new HashMap<>();
    private final JointStateWriter writer;
    private final double[] target = new double[2];
    private Publication publication;

    /** Advertises the topic, if there is a camera on whose picture the whole action has its place. */
    public PointerTeleop(RobotConfig config, Transport transport) {
        clock = transport.clock();
        joints = config.layout().names();
        writer = new JointStateWriter(transport.messages(), joints, "");
        boolean fits = !config.teleop().topic().isEmpty() && config.teleop().type().equals(TYPE)
                && config.teleop().field().isEmpty() && joints.size() == 2;
        config.dashboard().planToImage().forEach((key, projection) -> {
            if (fits && Set.copyOf(projection.dims()).equals(Set.copyOf(joints)) && determinant(projection) != 0) {
                cameras.put(LiveState.shortName(SourceLabel.of(config.observations().get(key).topic(), key,
                        config.observations().values().stream().map(SourceSection::topic).toList())), projection);
            }
        });
        if (!cameras.isEmpty()) {
            publication = transport.advertise(config.teleop().topic(), TYPE, new PublicationOptions(false, 1));
        }
    }

    private static double determinant(Projection p) {
        return p.matrix().get(0) * p.matrix().get(4) - p.matrix().get(1) * p.matrix().get(3);
    }

    @Override
    public Set<String> cameras() {
        return Set.copyOf(cameras.keySet());
    }

    @Override
    public synchronized void drive(String camera, double x, double y) {
        Projection p = cameras.get(camera);
        List<Double> m = p.matrix();
        double column = x * p.image().get(0) - m.get(2);
        double row = y * p.image().get(1) - m.get(5);
        double first = (m.get(4) * column - m.get(1) * row) / determinant(p);
        double second = (m.get(0) * row - m.get(3) * column) / determinant(p);
        target[joints.indexOf(p.dims().get(0))] = first;
        target[joints.indexOf(p.dims().get(1))] = second;
        publication.publish(writer.write(clock.rosNs(), target, null));
    }

    @Override
    public void close() {
        if (publication != null) {
            publication.close();
        }
    }
}
