package dev.dpros.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.MetricsSection;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.ChunkOrigin;
import dev.dpros.faults.Witness.NodeState;
import dev.dpros.metrics.dashboard.Snapshot;
import dev.dpros.node.page.LiveState;
import dev.dpros.node.telemetry.Telemetry;
import dev.dpros.node.trace.TraceReport;
import dev.dpros.remote.LibtorchModel;
import dev.dpros.remote.PolicyServer;
import dev.dpros.remote.PolicyServer.Fault;
import java.io.BufferedReader;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real node drives PushT with a policy on a server that fails, with the same policy here and without it. How long each takes is
 * not asserted; {@link RemotePolicyTrials} does that.
 */
@Timeout(300)
@Tag("long")
class RemotePolicyTest {
    @TempDir
    Path dir;

    @Test
    void shouldDriveOnThroughEveryFailureOfTheServerWithThePolicyHere() throws Exception {
        try (RemoteRig remote = new RemoteRig(dir, "", 3)) {
            long beganNs = FaultRig.nowNs();
            MessageLog<String> diagnostics = new MessageLog<>(remote.rig.visitor("diagnostics"), "diagnostic_msgs/DiagnosticArray", "/diagnostics",
                    message -> String.valueOf(message.get("status")));
            requireShown(remote);
            for (Fault fault : List.of(Fault.SILENT, Fault.NAN)) {
                remote.http.set(fault);
                remote.awaitMiss(2);
                String reason = fault == Fault.NAN ? "a trajectory with NaN or infinity" : "no answer within";
                RemoteRig.await("diagnostics with " + reason, () -> diagnostics.since(beganNs).stream()
                        .anyMatch(entry -> entry.value().contains("chunks_local") && entry.value().contains("; ") && entry.value().contains(reason)));
                remote.http.set(Fault.NONE);
                remote.awaitServer();
            }
            remote.http.kill();
            remote.awaitMiss(1);
            remote.http.restart(RemoteRig.model(dir, RemoteRig.changed()));
            RemoteRig.await("the other weights to be seen", () -> remote.server.breaker().reason().contains("other weights"));
            long before = remote.server.remoteChunks();
            remote.awaitMiss(1);
            assertEquals(before, remote.server.remoteChunks());
            remote.http.kill();
            remote.http.restart(remote.model);
            remote.awaitServer();

            List<Integer> states = remote.states(beganNs);
            assertFalse(states.contains(NodeState.FAULT), states::toString);
            assertTrue(remote.server.withoutChunk() <= remote.server.breaker().opened(), "only where the server had used all the time");
            assertEquals(0, remote.rig.policy().loop().statistics().get(Counter.INFERENCE_FAILURES), "each inference gave a chunk");
            assertEquals(0, remote.rig.policy().replacements());
            assertTrue(remote.server.mostKeptNs() < 5_000_000_000L, "half of what a request may take: " + remote.server.mostKeptNs());
        }
        Set<String> origins = TraceReport.of(dir.resolve("remote.trace")).cycles().stream().map(TraceReport.Cycle::origin).collect(Collectors.toSet());
        assertTrue(origins.containsAll(Set.of(ChunkOrigin.LOCAL.label(), ChunkOrigin.REMOTE.label())), origins::toString);
    }

    /** Page and metrics say where chunks come from. */
    private static void requireShown(RemoteRig remote) throws InterruptedException {
        LiveState page = remote.rig.policy().liveState(remote.config);
        RemoteRig.await("the page with a chunk of the server", () -> page.snapshot().facts().stream()
                .anyMatch(fact -> fact.name().equals("chunk") && fact.value().endsWith(", remote")));
        List<Snapshot.Fact> facts = page.snapshot().facts();
        assertTrue(facts.stream().anyMatch(fact -> fact.name().equals("server") && fact.value().startsWith("pusht at http://")), facts::toString);
        try (Telemetry telemetry = new Telemetry(new MetricsSection(false, "127.0.0.1", 0, "", false, ""))) {
            telemetry.observe(remote.rig.policy());
            String metrics = telemetry.registry().scrape(false);
            assertTrue(metrics.lines().anyMatch(line -> line.matches("dpros_remote_chunks_total\\{origin=\"remote\"} [1-9].*")), metrics);
            assertTrue(metrics.contains("dpros_remote_asked "), metrics);
        }
    }

    /** Nothing of DJL and libtorch is on the child's class path: whoever loads a class of it ends the child with an error. */
    @Test
    void shouldDriveAndHoldAndDriveWithoutLibtorchOnTheRobot() throws Exception {
        try (LibtorchModel model = RemoteRig.model(dir, RemoteRig.definition());
                PolicyServer server = new PolicyServer(RemoteRig.MODEL, model, 0)) {
            Path config = RemoteRig.config(dir, server.url(), ", fallback: hold", 3);
            List<String> robot = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(part -> !part.matches(".*(djl|pytorch).*\\.jar")).toList();
            Process child = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx512m", "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "-cp", String.join(File.pathSeparator, robot), RemoteOnlyChild.class.getName(), config.toString())
                    .redirectErrorStream(true).start();
            List<String> said = new ArrayList<>();
            try (BufferedReader out = child.inputReader()) {
                awaitLine(out, said, "drives");
                server.set(Fault.SILENT);
                awaitLine(out, said, "holds");
                server.set(Fault.NONE);
                awaitLine(out, said, "drives again");
                awaitLine(out, said, null);
            } finally {
                child.destroy();
            }
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, child.exitValue(), said::toString);
        }
    }

    /** @param wanted null: the end */
    private static void awaitLine(BufferedReader out, List<String> said, String wanted) throws Exception {
        String line = out.readLine();
        while (line != null && !line.equals(wanted)) {
            said.add(line);
            line = out.readLine();
        }
        assertEquals(wanted, line, said::toString);
    }
}
