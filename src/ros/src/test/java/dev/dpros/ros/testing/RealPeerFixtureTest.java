package dev.dpros.ros.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("realpeer")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RealPeerFixtureTest {
    @Test
    void shouldStartAMasterThatToolsFind() {
        try (RosMasterProcess master = RosMasterProcess.roscore()) {
            assertTrue(RosTool.run(master.uri(), "/usr/bin/rosnode", "list").contains("/rosout"));
        }
    }
}
