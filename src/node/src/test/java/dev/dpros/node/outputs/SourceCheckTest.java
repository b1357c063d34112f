package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.LatencySink;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.SystemClock;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.messages.ImageWriter;
import dev.dpros.messages.RosImageReader;
import dev.dpros.observation.CameraConfig;
import dev.dpros.observation.CameraSource;
import dev.dpros.observation.ContentRule;
import dev.dpros.observation.Fit;
import dev.dpros.observation.Interpolation;
import dev.dpros.observation.StampConfig;
import dev.dpros.observation.VectorConfig;
import dev.dpros.observation.VectorSource;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the node says about a camera whose images do not fit. */
@Timeout(60)
class SourceCheckTest {
    private static final CameraConfig CONFIG = new CameraConfig("/camera", FeatureSpec.of("image", FeatureSpec.Kind.VISUAL, 3, 6, 8),
            500_000_000L, StampConfig.DEFAULT, Interpolation.NEAREST, Fit.EXACT, ContentRule.DEFAULT,
            CameraConfig.Buffers.DEFAULT);

    private final RosImageReader reader = RosImageReader.forType(SchemaCatalog.packaged(), "sensor_msgs/Image");
    private final CameraSource camera = new CameraSource(CONFIG, reader, new SystemClock(), LatencySink.NONE, null);
    private final Connected subscription = new Connected();
    private final SourceCheck check = new SourceCheck("image", "/camera", camera, subscription,
            reason -> camera.takeRefused());

    private final MessageSchema joints = SchemaCatalog.packaged().message("sensor_msgs/JointState");
    private final VectorSource arm = new VectorSource(VectorConfig.of("arm", FeatureSpec.of("state", FeatureSpec.Kind.STATE, 2),
            SourceHealth.Kind.JOINT_STATE, 100_000_000L), joints.vector("position[a,b]"));
    private final SourceCheck armCheck = new SourceCheck("state", "/joint_states", arm, subscription, reason -> null);

    @BeforeEach
    void start() {
        camera.start();
    }

    @AfterEach
    void close() {
        camera.close();
    }

    private void deliver(int width, int height, String encoding, int pixelBytes) {
        long before = camera.statistics().rejected() + camera.statistics().taken();
        byte[] pixels = new byte[width * height * pixelBytes];
        ByteBuffer message = new ImageWriter(SchemaCatalog.packaged(), width, height, encoding, pixelBytes, "camera").write(before + 1, pixels);
        camera.slots().claim(message.remaining()).put(message);
        camera.slots().commit(before + 1, before + 1);
        Await.until("looked at", () -> camera.statistics().rejected() + camera.statistics().taken() > before);
    }

    @Test
    void shouldSayWhatSizeWasExpectedAndFound() {
        deliver(4, 3, "rgb8", 3);
        assertEquals("topic /camera: image: expected 8x6 (fit: exact), found 4x3 'rgb8'", check.look());
        deliver(8, 6, "rgb8", 3);
        assertNull(check.look());
    }

    @Test
    void shouldSayWhatEncodingWasExpectedAndFound() {
        deliver(8, 6, "32FC1", 4);
        String problem = check.look();
        assertTrue(problem.startsWith("topic /camera: image: expected an encoding among rgb8, bgr8, "), problem);
        assertTrue(problem.endsWith("found 8x6 '32FC1'"), problem);
    }

    @Test
    void shouldQuoteThePictureThatWasRefusedAndNotTheNewest() {
        deliver(8, 6, "16UC1", 2);
        deliver(8, 6, "rgb8", 3);
        String problem = check.look();
        assertTrue(problem.contains("for 'image' (3 channels, colour), found 8x6 '16UC1'"), problem);
        deliver(8, 6, "rgb8", 3);
        assertNull(check.look());
    }

    @Test
    void shouldSayWhyAPublisherWasRefusedUntilAnotherConnects() {
        subscription.publishers = 0;
        subscription.refusals = List.of("http://robot:1/: /camera: expected type a/A (md5 1), found b/B (md5 2)");
        assertEquals("topic /camera: publisher refused: http://robot:1/: /camera: expected type a/A (md5 1), found b/B (md5 2)",
                check.look());
        subscription.publishers = 1;
        assertNull(check.look());
    }

    @Test
    void shouldNotBlameOthersMessagesWhileGoodOnesCome() {
        send(arm, joints, 1, List.of("grip"));
        assertEquals("topic /joint_states: names missing: a, b (never came)", armCheck.look());
        send(arm, joints, 2, List.of("a", "b"));
        send(arm, joints, 3, List.of("grip"));
        assertNull(armCheck.look());
        send(arm, joints, 1_200_000_003L, List.of("grip"));
        assertEquals("topic /joint_states: names missing: a, b (comes no longer)", armCheck.look());
        assertEquals(3, arm.statistics().passedOver());
        assertEquals(0, arm.statistics().rejected());
    }

    @Test
    void shouldNameTheJointThatIsMissingWhileTheOthersCome() {
        send(arm, joints, 1, List.of("a"));
        assertEquals("topic /joint_states: names missing: b (never came)", armCheck.look());
        send(arm, joints, 2, List.of("b"));
        assertNull(armCheck.look());
        send(arm, joints, 500_000_000L, List.of("a"));
        assertEquals("topic /joint_states: names missing: b (comes no longer)", armCheck.look());
    }

    @Test
    void shouldReportDamagedMessagesEvenWhileGoodOnesCome() {
        send(arm, joints, 1, List.of("a", "b"));
        arm.claim(3);
        arm.commit(2, 2);
        assertEquals("topic /joint_states: malformed message, or a configured field is missing", armCheck.look());
    }

    private static void send(VectorSource source, MessageSchema joints, long ns, List<String> names) {
        ByteBuffer message = MessageEncoder.encode(joints, Map.of("name", names, "position", new double[names.size()]));
        source.claim(message.remaining()).put(message);
        source.commit(ns, ns);
    }

    /** A subscription with a publisher, or as the test says. */
    private static final class Connected implements Subscription {
        private int publishers = 1;
        private List<String> refusals = List.of();

        @Override
        public int publishers() {
            return publishers;
        }

        @Override
        public String messageDefinition() {
            return null;
        }

        @Override
        public String messageType() {
            return null;
        }

        @Override
        public long received() {
            return 0;
        }

        @Override
        public long rejected() {
            return 0;
        }

        @Override
        public List<String> refusals() {
            return refusals;
        }

        @Override
        public void close() {
            // nothing to close
        }
    }
}
