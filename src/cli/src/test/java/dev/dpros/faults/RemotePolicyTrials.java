package dev.dpros.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.faults.MessageLog.Entry;
import dev.dpros.faults.Witness.NodeState;
import dev.dpros.remote.PolicyServer.Fault;
import dev.dpros.safety.SafetyEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A policy on a server at its full length, with bounds in time: {@code .ci/nightly}, on a machine that does nothing else. Its name keeps
 * it out of the usual tests; {@link RemotePolicyTest} asserts the same without times.
 */
@Timeout(600)
class RemotePolicyTrials {
    private static final long MS = 1_000_000L;
    private static final long MOST_LATE_NS = 50 * MS;
    /** A tick of the control loop, and the state's way here. */
    private static final long STATE_NS = 100 * MS;
    private static final double NOMINAL_IN_A_CUT = 0.95;
    private static final List<Fault> FAULTS = Stream.of(Fault.values()).filter(fault -> fault != Fault.NONE && fault != Fault.SLOW)
            .collect(Collectors.toList());

    @TempDir
    Path dir;

    private static void phase(String what, RemoteRig remote, long ms) throws InterruptedException {
        long remotely = remote.server.remoteChunks();
        long here = remote.server.localChunks();
        long sinceNs = FaultRig.nowNs();
        Thread.sleep(ms);
        System.out.printf(Locale.ROOT, "%-28s %3.0f %% nominal, %d chunks of the server, %d here; most so far: kept %d ms after a deadline, late by %d ms%n",
                what, 100 * remote.nominal(sinceNs), remote.server.remoteChunks() - remotely, remote.server.localChunks() - here,
                remote.server.mostKeptNs() / MS, remote.server.mostLateNs() / MS);
        assertFalse(remote.states(sinceNs).contains(NodeState.FAULT));
    }

    @Test
    void shouldStayNominalWithThePolicyHere() throws Exception {
        try (RemoteRig remote = new RemoteRig(dir, "", 8)) {
            long beganNs = FaultRig.nowNs();
            remote.awaitServer();
            long here = remote.server.localChunks();
            phase("no delay", remote, 5_000);
            assertEquals(here, remote.server.localChunks());
            remote.http.slow(50);
            phase("50 ms", remote, 5_000);
            remote.http.slow(600);
            phase("600 ms", remote, 8_000);
            remote.http.set(Fault.NONE);
            remote.awaitServer();
            remote.http.set(Fault.SILENT);
            long cutNs = FaultRig.nowNs();
            phase("cut", remote, 10_000);
            assertTrue(remote.nominal(cutNs) >= NOMINAL_IN_A_CUT, "nominal " + remote.nominal(cutNs));
            assertFalse(remote.states(cutNs).contains(RemoteRig.HOLD));
            remote.http.set(Fault.NONE);
            requireServerWithin(remote, 1_000);
            for (Fault fault : FAULTS) {
                long sinceNs = FaultRig.nowNs();
                remote.http.set(fault);
                phase(fault.name(), remote, 3_000);
                assertFalse(remote.states(sinceNs).contains(RemoteRig.HOLD), fault::name);
                remote.http.set(Fault.NONE);
                remote.awaitServer();
            }
            remote.http.kill();
            phase("killed", remote, 5_000);
            remote.http.restart(remote.model);
            remote.awaitServer();
            requireInTime(remote);
            assertEquals(0, remote.rig.count(SafetyEvent.SAMPLER_CRASHED));
            assertFalse(remote.states(beganNs).contains(NodeState.FAULT));
        }
    }

    /** Neither the server's silence nor the policy here in its place keeps the sampler's thread from the next chunk. */
    private static void requireInTime(RemoteRig remote) {
        assertTrue(remote.server.mostKeptNs() <= MOST_LATE_NS, "kept for " + remote.server.mostKeptNs() / MS + " ms");
        assertTrue(remote.server.mostLateNs() <= MOST_LATE_NS, "late by " + remote.server.mostLateNs() / MS + " ms");
    }

    /** The breaker's wait, not the next chunk's turn. */
    private static void requireServerWithin(RemoteRig remote, long ms) throws InterruptedException {
        long sinceNs = FaultRig.nowNs();
        RemoteRig.await("the server", remote.server.breaker()::closed);
        long tookMs = (FaultRig.nowNs() - sinceNs) / MS;
        System.out.println("asked again after " + tookMs + " ms");
        assertTrue(tookMs <= ms, "asked again after " + tookMs + " ms");
    }

    @Test
    void shouldHoldWithinAHorizonAndBeNominalASecondAfterTheServerIsBack() throws Exception {
        try (RemoteRig remote = new RemoteRig(dir, ", fallback: hold", 8)) {
            long horizonNs = remote.rig.policy().loop().config().policyStepNs() * RemoteRig.definition().config().chunkSteps();
            for (int i = 0; i < 3; i++) {
                long cutNs = FaultRig.nowNs();
                remote.http.set(Fault.SILENT);
                long heldNs = firstNs(remote, RemoteRig.HOLD, cutNs);
                assertTrue(heldNs - cutNs <= horizonNs + STATE_NS, "hold after " + (heldNs - cutNs) / MS + " ms");
                Thread.sleep(3_000);
                long backNs = FaultRig.nowNs();
                remote.http.set(Fault.NONE);
                long nominalNs = firstNs(remote, NodeState.NOMINAL, backNs);
                System.out.printf("hold after %d ms, nominal %d ms after the server was back%n", (heldNs - cutNs) / MS, (nominalNs - backNs) / MS);
                assertTrue(nominalNs - backNs <= 1_000 * MS, "nominal after " + (nominalNs - backNs) / MS + " ms");
                remote.awaitServer();
            }
            requireInTime(remote);
            assertFalse(remote.states(0).contains(NodeState.FAULT));
        }
    }

    private static long firstNs(RemoteRig remote, int state, long sinceNs) throws InterruptedException {
        RemoteRig.await("state " + state, () -> remote.states(sinceNs).contains(state));
        for (Entry<NodeState> entry : remote.rig.witness().states().since(sinceNs)) {
            if (entry.value().state() == state) {
                return entry.receivedNs();
            }
        }
        throw new AssertionError("gone");
    }
}
