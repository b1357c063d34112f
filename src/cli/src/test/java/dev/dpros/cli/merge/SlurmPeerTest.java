package dev.dpros.cli.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.cli.Main;
import dev.dpros.core.InputException;
import dev.dpros.ros.testing.Await;
import dev.dpros.shard.ArrayVariables;
import dev.dpros.shard.Shard;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import picocli.CommandLine;

/** A study as an array of real Slurm's, by the job file that is shipped. */
@Tag("realpeer")
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class SlurmPeerTest {
    private static final String POLICY = "models/pusht_keypoints";
    private static final String SEEDS = "100000..100005";
    private static final String OPTIONS = "--scheduler ddim --steps 2 --max-steps 16";
    private static final String JOB = "docker/slurm/eval.sbatch";

    @TempDir
    private Path folder;

    @BeforeAll
    static void look() {
        SlurmProcess.assumeInstalled();
    }

    /** A launcher that runs the classes under test, as the real one runs the built program, and says which process it is. */
    private Path launcher() throws IOException {
        Path launcher = Files.writeString(folder.resolve("dpros"), """
                #!/bin/sh
                cd 'FOLDER'
                env | grep ^SLURM_ARRAY > env.$SLURM_ARRAY_JOB_ID.$SLURM_ARRAY_TASK_ID
                echo $$ > pid.part.$SLURM_ARRAY_TASK_ID
                mv pid.part.$SLURM_ARRAY_TASK_ID pid.$SLURM_ARRAY_TASK_ID
                cd 'HERE'
                exec 'JAVA/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx600m -Dai.djl.offline=true -cp 'CLASSES' \
                  dev.dpros.cli.Main "$@"
                """.replace("FOLDER", folder.toString()).replace("HERE", Path.of("").toAbsolutePath().toString())
                .replace("JAVA", System.getProperty("java.home")).replace("CLASSES", System.getProperty("java.class.path")));
        assertTrue(launcher.toFile().setExecutable(true));
        return launcher;
    }

    /** What Slurm told a task, without what the job file adds. */
    private Map<String, String> told(String job, int task) throws IOException {
        return Files.readAllLines(folder.resolve("env." + job + "." + task)).stream().map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static ObjectNode scores(Path json) throws IOException {
        ObjectNode scores = (ObjectNode) new ObjectMapper().readTree(json.toFile());
        scores.remove("seconds");
        return scores;
    }

    @Test
    void shouldMergeWhatAnArrayDidOnceTheKilledTaskRanAgain() throws Exception {
        Path merged = folder.resolve("merged.json");
        Map<String, String> job = Map.of("DPROS", launcher().toString(), "POLICY", POLICY, "SEEDS", SEEDS, "RESULT", merged.toString(),
                "OPTIONS", OPTIONS);
        String output = folder.resolve("task_%a.log").toString();
        try (SlurmProcess slurm = SlurmProcess.start(Files.createDirectory(folder.resolve("slurm")))) {
            String array = slurm.submit(job, "--output", output, "--time", "5", "--mem", "0", JOB);
            Path pid = folder.resolve("pid.2");
            Await.until("task 2", () -> Files.exists(pid));
            assertTrue(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow().destroyForcibly(), "kill -9");
            slurm.awaitEnd(array);
            assertEquals("0 COMPLETED\n1 COMPLETED\n2 FAILED\n3 COMPLETED\n", slurm.states(array));
            assertFalse(Files.exists(folder.resolve("merged.shard-2-of-4.json")));
            for (int i = 0; i < 4; i++) {
                assertEquals(new Shard(i, 4), ArrayVariables.of(told(array, i)).shard());
            }
            assertEquals("dpros: " + merged + ": parts: expected each of 0/4 to 3/4 once, found no 2/4; run the same command again with "
                    + "--shard 2/4\n", merge(merged, 2));
            assertFalse(Files.exists(merged));
            String again = slurm.submit(job, "--output", output, "--time", "5", "--mem", "0", "--array", "2", JOB);
            slurm.awaitEnd(again);
            assertEquals("2 COMPLETED\n", slurm.states(again));
            Map<String, String> alone = told(again, 2);
            assertThrows(InputException.class, () -> ArrayVariables.of(alone), alone::toString);
            assertTrue(Files.readString(folder.resolve("task_2.log")).contains("dpros: shard 2/4 (SLURM_ARRAY_TASK_ID=2, DPROS_SHARDS=4;"));
        }
        merge(merged, 0);
        Path whole = folder.resolve("whole.json");
        String[] run = ("eval --policy " + POLICY + " --seeds " + SEEDS + " " + OPTIONS + " --batch 1 --shard none --json " + whole).split(" ");
        assertEquals(0, Main.commandLine().execute(run));
        assertEquals(scores(whole), scores(merged));
        assertEquals(6, scores(merged).get("episodes").size());
    }

    private static String merge(Path target, int code) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        assertEquals(code, line.setErr(new PrintWriter(err, true)).execute("merge", target.toString()), err.toString());
        return err.toString();
    }
}
