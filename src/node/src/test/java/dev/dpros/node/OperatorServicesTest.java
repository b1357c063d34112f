package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.Watchdog;
import dev.dpros.safety.WatchdogListener;
import java.net.InetAddress;
import java.util.List;
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
            assertEquals("started by operator: requested, but the control loop does not tick", services.operate(SafetyEvent.STARTED));
            watchdog.applyRequests(1, 1);
            assertFalse(watchdog.started(), "when it ticks again");
        }
    }
}
