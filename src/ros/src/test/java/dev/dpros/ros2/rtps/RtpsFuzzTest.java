package dev.dpros.ros2.rtps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sample of what the nightly run does at length: mutated packets change neither what arrives nor how many threads and how much memory there is. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RtpsFuzzTest {
    @Test
    void shouldGoOnUnderMutatedPackets() throws Exception {
        try (RtpsFuzz fuzz = new RtpsFuzz(11)) {
            int threads = Thread.activeCount();
            fuzz.run(50_000);
            assertEquals(500, fuzz.published());
            assertTrue(Thread.activeCount() <= threads, "threads of its own");
            assertEquals(0, fuzz.pair().sender.sendFailures());
            assertTrue(fuzz.pair().receiver.malformedPackets() > 1000);
        }
    }
}
