package dev.dpros.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 while recording, at random instants: {@code -Ddpros.kills=50} for the long run. The instants are counted in
 * lines and parks, not asserted upon; what is asserted is the journals' contents.
 */
@Tag("long")
class KillRecordingTest {
    private static final int KILLS = Integer.getInteger("dpros.kills", 6);
    private static final long ONE_SECOND_NS = 1_000_000_000L;

    @TempDir
    Path directory;

    private long worstLossNs;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void shouldLoseAtMostASecondOfTheRunningEpisodeAndNeverAFinishedOne() throws Exception {
        Random random = new Random(20261123);
        TreeMap<Integer, long[]> finished = new TreeMap<>();
        int recovered = 0;
        for (int i = 0; i < KILLS; i++) {
            TreeMap<Integer, long[]> fresh = new TreeMap<>();
            killOnce(random.nextInt(1800), fresh);
            finished.putAll(fresh);
            recovered += check(fresh);
        }
        checkFinished(finished);
        System.out.println("kills " + KILLS + ", finished episodes " + finished.size() + ", recovered " + recovered
                + ", most lost of a running episode " + worstLossNs / 1_000_000 + " ms");
        assertTrue(recovered > 0 && !finished.isEmpty());
    }

    private void killOnce(int delayMs, TreeMap<Integer, long[]> finished) throws Exception {
        Process child = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-Xmx256m",
                "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                KillRecordingChild.class.getName(), directory.toString(), "400")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            note(lines.readLine(), finished);
            child.waitFor(delayMs, TimeUnit.MILLISECONDS);
            child.toHandle().destroyForcibly();
            child.waitFor();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                note(line, finished);
            }
        }
    }

    private static void note(String line, TreeMap<Integer, long[]> finished) {
        assertTrue(line != null && line.startsWith("finished "), "child said: " + line);
        String[] words = line.split(" ");
        finished.put(Integer.parseInt(words[1]), LongStream.of(Long.parseLong(words[2]), Long.parseLong(words[3]),
                Long.parseLong(words[4])).toArray());
    }

    /** Recovers, then checks every journal; returns how many were recovered this time. */
    private int check(TreeMap<Integer, long[]> finished) throws IOException {
        ByteBuffer shared = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("last-stamp")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int running = (int) shared.getLong(0) - 1;
        List<String> touched;
        try (EpisodeStore store = EpisodeStore.open(directory)) {
            touched = store.recover();
        }
        checkFinished(finished);
        if (!finished.containsKey(running)) {
            RecordingFixture.Contents contents = RecordingFixture.Contents.of(EpisodeStore.path(directory, running));
            long lostNs = shared.getLong(8) - contents.lastRosNs;
            assertTrue(lostNs < ONE_SECOND_NS, "episode " + running + " lost " + lostNs / 1_000_000 + " ms");
            worstLossNs = Math.max(worstLossNs, lostNs);
            List<Long> joints = contents.counters.getOrDefault(2, List.of());
            assertEquals(LongStream.range(0, joints.size()).boxed().toList(), joints);
        }
        return (int) touched.stream().filter(line -> line.contains("recovered with")).count();
    }

    private void checkFinished(TreeMap<Integer, long[]> finished) {
        for (var episode : finished.entrySet()) {
            RecordingFixture.Contents contents =
                    RecordingFixture.Contents.of(EpisodeStore.path(directory, episode.getKey()));
            assertFalse(contents.end.recovered(), "episode " + episode.getKey());
            assertEquals(episode.getValue()[0], contents.counters.get(0).size());
            assertEquals(LongStream.range(0, episode.getValue()[1]).boxed().toList(), contents.counters.get(2));
            assertEquals(0, episode.getValue()[2], "drops");
        }
    }
}
