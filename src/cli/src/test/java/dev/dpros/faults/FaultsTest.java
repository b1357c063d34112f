package dev.dpros.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.FaultTrial.Expected;
import dev.dpros.faults.FaultTrial.Outcome;
import dev.dpros.faults.FaultTrial.Recovery;
import dev.dpros.faults.Witness.Command;
import dev.dpros.node.trace.TraceReplay;
import dev.dpros.node.trace.TraceReport;
import dev.dpros.transports.Ros1;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A few of the trials of {@code dpros faults}, with the trace of the node on trial; bounds are not asserted here, since they
 * are of wall-clock time. All trials: {@code dpros faults}.
 */
@Tag("long")
@Timeout(300)
class FaultsTest {
    private static final FaultTrial.Step NOTHING = rig -> { };

    @TempDir
    Path dir;

    private Path config() throws Exception {
        String yaml = Files.readString(Path.of("launch/pusht.yaml"))
                .replace("../models/pusht_image", Path.of("models/pusht_image").toAbsolutePath().toString());
        return Files.writeString(dir.resolve("pusht.yaml"), yaml + "\ntrace: {file: " + dir.resolve("node.trace") + "}\n");
    }

    @Test
    void shouldNoticeFaultsAndTraceThemWellEnoughToRunThemAgain() throws Exception {
        Path json = dir.resolve("faults.json");
        Main.commandLine().execute("faults", "--config", config().toString(), "--only", "camera_blank,joint_state_drop,sampler_nan",
                "--json", json.toString());
        JsonNode faults = new ObjectMapper().readTree(json.toFile()).get("faults");
        assertEquals(3, faults.size());
        for (JsonNode fault : faults) {
            assertTrue(fault.get("detected").asBoolean() && fault.get("recovered").asBoolean(), fault::toString);
        }
        TraceReplay.Result again = TraceReplay.of(dir.resolve("node.trace"));
        assertEquals(TraceReplay.Beginning.FIRST_TICK, again.beginning());
        assertEquals(0, again.differing(), again.firstDifference());
        List<String> reasons = again.transitions().stream().map(t -> t.reason().code() + " " + t.source()).toList();
        for (String reason : List.of("camera_blank /camera/image_raw", "joint_state_stale /joint_states", "non_finite_action ")) {
            assertTrue(reasons.contains(reason), () -> reason + " in " + reasons);
        }
        requireStages(TraceReport.of(dir.resolve("node.trace")));
    }

    /** Each stage of an executed cycle is there, in order. */
    private static void requireStages(TraceReport report) {
        List<TraceReport.Cycle> executed = report.cycles().stream().filter(cycle -> !Double.isNaN(cycle.publishedMs())).toList();
        assertTrue(executed.size() > 5, "executed cycles: " + executed.size());
        for (TraceReport.Cycle cycle : executed) {
            assertEquals(16, cycle.stepsMs().size(), cycle::toString);
            assertTrue(cycle.receivedMs() > 0 && cycle.preparedMs() > cycle.receivedMs() && cycle.begunMs() >= cycle.preparedMs()
                    && cycle.stepsMs().get(0) > cycle.begunMs() && cycle.finishedMs() > cycle.stepsMs().get(15)
                    && cycle.acceptedMs() > cycle.finishedMs() && cycle.publishedMs() > cycle.acceptedMs(), cycle::toString);
        }
    }

    @Test
    void shouldKeepAtRestWhatNobodyToldToMove() throws Exception {
        Path json = dir.resolve("faults.json");
        Main.commandLine().execute("faults", "--config", config().toString(), "--only",
                "switch_never_pressed_human,switch_released_takeover,controller_stuck,moved_in_fault,camera_offset", "--json", json.toString());
        JsonNode faults = new ObjectMapper().readTree(json.toFile()).get("faults");
        assertEquals(5, faults.size());
        for (JsonNode fault : faults) {
            assertTrue(fault.get("detected").asBoolean() && fault.get("recovered").asBoolean() && fault.get("unrest").isEmpty(),
                    fault::toString);
        }
    }

    @Test
    void shouldNoticeAFaultOverRos2() throws Exception {
        Path json = dir.resolve("faults.json");
        Main.commandLine().execute("faults", "--transport", "ros2", "--config", config().toString(), "--only", "joint_state_clock_jump",
                "--json", json.toString());
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertEquals("ros2", report.get("transport").asText());
        JsonNode fault = report.get("faults").get(0);
        assertTrue(fault.get("detected").asBoolean() && fault.get("recovered").asBoolean(), fault::toString);
    }

    @Test
    void shouldSayWhatAMiddlewareDoesNotHave() {
        StringWriter said = new StringWriter();
        CommandLine line = Main.commandLine();
        assertEquals(2, line.setErr(new PrintWriter(said, true)).execute("faults", "--transport", "ros2", "--only", "master_restart"));
        assertEquals("dpros: --only: 'master_restart' is not for ros2: nodes of ROS 2 meet without a master; instead: robot_gone",
                said.toString().strip());
        Set<String> names = FaultTrials.all().stream().map(FaultTrial::name).collect(Collectors.toSet());
        for (String middleware : List.of("ros1", "ros2")) {
            assertTrue(names.containsAll(FaultTrials.leftOut(middleware).keySet()), middleware);
        }
    }

    @Test
    void shouldFailATrialWhoseFaultIsNotNoticed() throws Exception {
        try (FaultRig rig = new FaultRig(new Ros1(), Path.of("launch/pusht.yaml"), Kind.IN_PROCESS, 100_000)) {
            Outcome outcome = new FaultTrial("nothing", Kind.IN_PROCESS, new Expected("degraded", "camera_blank", "image", 300, 3_000),
                    new DrivenCourse(Recovery.BY_ITSELF, NOTHING, NOTHING)).run(rig);
            assertFalse(outcome.detected() || outcome.passed(), outcome::toString);
            Outcome moving = new FaultTrial("moves", Kind.IN_PROCESS, new Expected("nominal", "cleared", "", 3_000, 3_000),
                    new RestCourse(FaultRig::drive, NOTHING, RestCourse.Rest.ONCE_STOPPED, NOTHING)).run(rig);
            assertTrue(moving.detected() && moving.unrest().size() >= 2 && !moving.passed(), moving::toString);
        }
        assertFalse(new Command(0, List.of(new double[] {1, Double.NaN}), true).bounded());
        assertFalse(new Command(0, List.of(new double[] {1, 513}), true).bounded());
        assertFalse(new Command(0, List.of(new double[] {1, 2}), false).bounded());
    }
}
