package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;
import dev.dpros.safety.WatchdogListener;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operator's services of a loop that stands still. */
@Timeout(60)
class OperatorServicesTest {
    @Test
    void shouldNotStartLaterWhatItRefusedSinceTheLoopDidNotTick() {
        Watchdog watchdog = new Watchdog(List.of(), WatchdogListener.NONE);
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "arm"));
                OperatorServices services = new OperatorServices(node, watchdog, () -> true, () -> null, () -> "", () -> { })) {
            services.offerStart();
            assertEquals("started by operator: requested, but the control loop does not tick", services.operate(SafetyEvent.STARTED));
            watchdog.applyRequests(1, 1);
            assertFalse(watchdog.started(), "when it ticks again");
        }
    }

    /** What the page's buttons say: no start while it drives or is in fault, no reset without a fault; a stop is never refused. */
    @Test
    void shouldSayBeforehandWhatItWouldRefuse() {
        Watchdog watchdog = new Watchdog(List.of(), WatchdogListener.NONE);
        AtomicBoolean held = new AtomicBoolean();
        AtomicReference<String> missing = new AtomicReference<>("the gripper");
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "arm"));
                OperatorServices services = new OperatorServices(node, watchdog, held::get, missing::get, () -> "why", () -> { })) {
            assertEquals("the policy is still loading", services.obstacle(SafetyEvent.STARTED));
            assertNull(services.obstacle(SafetyEvent.EMERGENCY_STOP));
            services.offerStart();
            assertEquals("the dead-man switch is not held: ~enable must carry true", services.obstacle(SafetyEvent.STARTED));
            assertEquals("there is no fault to leave", services.obstacle(SafetyEvent.RESET));
            held.set(true);
            assertEquals("waiting for the gripper", services.obstacle(SafetyEvent.STARTED));
            missing.set(null);
            assertNull(services.obstacle(SafetyEvent.STARTED));
            apply(watchdog, SafetyEvent.STARTED);
            assertEquals("the policy drives already", services.obstacle(SafetyEvent.STARTED));
            apply(watchdog, SafetyEvent.EMERGENCY_STOP);
            assertEquals("in fault (why); call ~reset first", services.obstacle(SafetyEvent.STARTED));
            assertNull(services.obstacle(SafetyEvent.RESET));
            assertNull(services.obstacle(SafetyEvent.OPERATOR_STOP));
            assertNull(services.obstacle(SafetyEvent.EMERGENCY_STOP));
        }
    }

    /** A start while it drives forgets no observation and begins no episode, in whose first pose a policy of tool poses may think. */
    @Test
    void shouldChangeNothingWhereItDrivesAlready() {
        Watchdog watchdog = new Watchdog(List.of(), WatchdogListener.NONE);
        AtomicBoolean forgot = new AtomicBoolean();
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "arm"));
                OperatorServices services = new OperatorServices(node, watchdog, () -> true, () -> null, () -> "", () -> forgot.set(true))) {
            services.offerStart();
            apply(watchdog, SafetyEvent.STARTED);
            assertEquals(SafetyState.NOMINAL, watchdog.state());
            assertNull(services.operate(SafetyEvent.STARTED));
            watchdog.applyRequests(1, 1);
            assertFalse(forgot.get());
            assertEquals(1, watchdog.count(SafetyEvent.STARTED));
        }
    }

    private static void apply(Watchdog watchdog, SafetyEvent event) {
        watchdog.request(event);
        watchdog.applyRequests(1, 1);
        watchdog.update();
    }
}
