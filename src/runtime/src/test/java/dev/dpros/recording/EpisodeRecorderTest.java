package dev.dpros.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.SystemClock;
import dev.dpros.recording.RecorderState.Event;
import dev.dpros.recording.journal.EpisodeEvent.Kind;
import dev.dpros.recording.journal.JournalFile;
import dev.dpros.recording.journal.SourceInfo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EpisodeRecorderTest {
    private static final RecorderConfig CONFIG = new RecorderConfig(10, 50, 0, "test", "arm", null);

    private final Clock clock = new SystemClock();
    private final RecordingSource camera = RecordingFixture.source("camera", 16, 1 << 20);
    private final RecordingSource joints = RecordingFixture.source("joints", 1024, 4096);
    private EpisodeRecorder recorder;

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        if (recorder != null) {
            recorder.close();
        }
    }

    private EpisodeRecorder open(RecorderConfig config, JournalFile.Opener opener) {
        EpisodeStore store = EpisodeStore.open(directory, opener);
        recorder = new EpisodeRecorder(store, config, List.of(camera, joints), clock);
        return recorder;
    }

    private Path episode(int number) {
        return EpisodeStore.path(directory, number);
    }

    @Test
    void shouldKeepEveryMessageOfAnEpisodeInOrderWithItsStamps() {
        open(CONFIG, JournalFile::open).task("push");
        RecordingFixture.send(joints, 64, 999, clock);
        recorder.start();
        for (int i = 0; i < 500; i++) {
            assertTrue(RecordingFixture.send(joints, 64, i, clock));
        }
        assertTrue(RecordingFixture.send(camera, 300_000, 5, clock));
        recorder.intervention(true);
        recorder.intervention(false);
        recorder.success();
        RecordingFixture.Contents contents = RecordingFixture.Contents.of(episode(0));
        assertEquals(LongStream.range(0, 500).boxed().toList(), contents.counters.get(1));
        assertEquals(List.of(5L), contents.counters.get(0));
        assertTrue(contents.stampsAgree);
        assertEquals("push", contents.header.task());
        assertEquals("test_msgs/Stamped", contents.sources.get(0).type());
        assertEquals(List.of(Kind.START, Kind.INTERVENTION_BEGIN, Kind.INTERVENTION_END, Kind.SUCCESS), contents.events);
        assertEquals(500, contents.end.sources().get(1).messages());
        assertFalse(contents.end.recovered());
    }

    /** A publisher of ROS 2 chooses the byte order, and says it in the second byte. */
    @Test
    void shouldReadTheStampsOfBigEndianMessages() {
        RecordingSource.Description stamped = new RecordingSource.Description("test_msgs/Stamped", "RIHS01_" + "0".repeat(64),
                "std_msgs/Header header\nuint8[] data\n");
        RecordingSource source = new RecordingSource("imu", SourceInfo.Role.OBSERVATION, "/imu", new SourceQueue(16, 4096), () -> stamped);
        recorder = new EpisodeRecorder(EpisodeStore.open(directory), CONFIG, List.of(source), clock);
        recorder.start();
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            ByteBuffer slot = source.queue().claim(24);
            slot.put(1, (byte) (order == ByteOrder.BIG_ENDIAN ? 0 : 1));
            slot.put(4, ByteBuffer.allocate(8).order(order).putInt(1_700_000_000).putInt(7).array());
            source.queue().commit(clock.monotonicNs(), 1_700_000_000_000_000_007L);
        }
        recorder.stop();
        RecordingFixture.Contents contents = RecordingFixture.Contents.of(episode(0));
        assertEquals(2, contents.counters.get(0).size());
        assertTrue(contents.stampsAgree);
    }

    @Test
    void shouldCountWhatTheQueueCannotTakeAndWriteTheCountDown() throws IOException {
        try (BlockedDisk disk = new BlockedDisk()) {
            open(CONFIG, disk::open).start();
            disk.block();
            int refused = 0;
            for (int i = 0; i < 200; i++) {
                refused += RecordingFixture.send(camera, 100_000, i, clock) ? 0 : 1;
            }
            assertTrue(refused >= 200 - 16 - 64, "refused " + refused);
            assertEquals(refused, recorder.status().dropped());
            disk.release();
            recorder.stop();
            RecordingFixture.Contents contents = RecordingFixture.Contents.of(episode(0));
            assertEquals(refused, contents.end.sources().get(0).dropped());
            assertEquals(200 - refused, contents.counters.get(0).size());
        }
    }

    @Test
    void shouldCountMessagesTooLargeToTake() {
        open(CONFIG, JournalFile::open).start();
        assertNull(joints.queue().claim(4097));
        assertEquals(1, recorder.status().sources().get(1).refused());
    }

    /** The machine's clock, that can be put forward. */
    private static final class ForwardClock implements Clock {
        private final Clock clock = new SystemClock();
        private volatile long aheadNs;

        void forward(long seconds) {
            aheadNs = aheadNs + seconds * 1_000_000_000L;
        }

        @Override
        public long monotonicNs() {
            return clock.monotonicNs() + aheadNs;
        }

        @Override
        public long rosNs() {
            return clock.rosNs() + aheadNs;
        }
    }

    private void awaitSilent(String expected) {
        while (!recorder.status().silent().equals(expected)) { // the test's own time limit ends it
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldNameSourcesFromWhichNothingComes() {
        ForwardClock forward = new ForwardClock();
        RecordingSource sent = new RecordingSource("sent", SourceInfo.Role.SENT_ACTION, "/sent", new SourceQueue(16, 4096), () -> null);
        recorder = new EpisodeRecorder(EpisodeStore.open(directory), CONFIG, List.of(camera, joints, sent), forward);
        recorder.start();
        RecordingFixture.send(joints, 64, 1, clock);
        forward.forward(3);
        awaitSilent("/camera (camera)");
        recorder.driver(false, true);
        forward.forward(1);
        RecordingFixture.send(camera, 64, 1, clock);
        awaitSilent("");
        forward.forward(3);
        awaitSilent("/sent (sent)");
        recorder.stop();
        forward.forward(1);
        awaitSilent("");
    }

    @Test
    void shouldRecordBesideAJournalThatCannotBeRead() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(episode(0), "no journal of ours, but a longer text than a header");
        try (EpisodeStore store = EpisodeStore.open(directory)) {
            List<String> said = store.recover();
            assertEquals(1, said.size());
            assertTrue(said.get(0).startsWith("episode_000000.dpj: left as it is: "), said::toString);
        }
        open(CONFIG, JournalFile::open).start();
        recorder.stop();
        assertEquals(1, recorder.status().episode());
        assertTrue(Files.readString(episode(0)).startsWith("no journal of ours"));
    }

    @Test
    void shouldDropAndReRecordAnEpisodeUnderTheSameNumber() {
        open(CONFIG, JournalFile::open).start();
        recorder.discard();
        assertFalse(Files.exists(episode(0)));
        assertTrue(Files.exists(directory.resolve("discarded/episode_000000.dpj")));
        recorder.start();
        recorder.stop();
        assertEquals(0, recorder.status().episode());
        recorder.discard();
        assertTrue(Files.exists(directory.resolve("discarded/episode_000000_1.dpj")));
        assertThrows(InputException.class, recorder::discard);
        assertEquals(0, recorder.status().finished());
    }

    @Test
    void shouldLabelTheLastEpisodeAfterItsEnd() {
        open(CONFIG, JournalFile::open).start();
        recorder.stop();
        recorder.failure();
        recorder.success();
        RecordingFixture.Contents contents = RecordingFixture.Contents.of(episode(0));
        assertEquals(List.of(Kind.START, Kind.STOP, Kind.FAILURE, Kind.SUCCESS), contents.events);
    }

    @Test
    void shouldStopCleanlyWhenTheDiskIsNearlyFull() throws Exception {
        open(CONFIG, JournalFile::open).start();
        recorder.stop();
        recorder.close();
        long more = directory.toFile().getUsableSpace() * 2;
        open(new RecorderConfig(10, 50, more, "test", "", null), JournalFile::open);
        InputException error = assertThrows(InputException.class, recorder::start);
        assertTrue(error.getMessage().contains("free disk space: expected at least"), error.getMessage());
        RecordingFixture.Contents.of(episode(0));
    }

    @Test
    void shouldSaveTheEpisodeUpToTheLastWriteThatTheDiskTook() throws Exception {
        FullDisk disk = new FullDisk(1_000_000);
        open(CONFIG, disk::open).start();
        int i = 0;
        while (recorder.status().state() == RecorderState.RECORDING) {
            RecordingFixture.send(camera, 100_000, i++, clock);
        }
        assertEquals(RecorderState.FAULT, recorder.status().state());
        assertTrue(recorder.status().reason().contains("No space left on device"), recorder.status().reason());
        RecordingFixture.Contents contents = RecordingFixture.Contents.of(episode(0));
        assertTrue(contents.end.recovered());
        assertEquals(9, contents.counters.get(0).size());
        assertThrows(InputException.class, recorder::stop);
        disk.left = Long.MAX_VALUE;
        recorder.start();
        recorder.stop();
        assertFalse(RecordingFixture.Contents.of(episode(1)).end.recovered());
    }

    @Test
    void shouldRefuseASecondRecorderInTheSameDirectory() {
        open(CONFIG, JournalFile::open);
        InputException error = assertThrows(InputException.class, () -> EpisodeStore.open(directory));
        assertTrue(error.getMessage().contains("another recorder"), error.getMessage());
    }

    @Test
    void shouldFollowTheDocumentedTableForEveryPair() {
        Map<RecorderState, Map<Event, RecorderState>> table = Map.of(
                RecorderState.IDLE, Map.of(Event.START, RecorderState.RECORDING, Event.LABEL, RecorderState.IDLE,
                        Event.DISCARD, RecorderState.IDLE, Event.CLOSE, RecorderState.CLOSED),
                RecorderState.RECORDING, Map.of(Event.STOP, RecorderState.IDLE, Event.LABEL, RecorderState.IDLE,
                        Event.DISCARD, RecorderState.IDLE, Event.DISK_LOW, RecorderState.DISK_FULL,
                        Event.WRITE_FAILED, RecorderState.FAULT, Event.CLOSE, RecorderState.CLOSED),
                RecorderState.DISK_FULL, Map.of(Event.SPACE_FREED, RecorderState.IDLE, Event.LABEL,
                        RecorderState.DISK_FULL, Event.DISCARD, RecorderState.DISK_FULL, Event.CLOSE, RecorderState.CLOSED),
                RecorderState.FAULT, Map.of(Event.START, RecorderState.RECORDING, Event.LABEL, RecorderState.FAULT,
                        Event.DISCARD, RecorderState.FAULT, Event.CLOSE, RecorderState.CLOSED),
                RecorderState.CLOSED, Map.of());
        for (RecorderState state : RecorderState.values()) {
            for (Event event : Event.values()) {
                assertEquals(table.get(state).get(event), state.after(event), state + " " + event);
            }
        }
    }

    @Test
    void shouldRefuseStopWhenIdleAndStartWhenRecording() {
        open(CONFIG, JournalFile::open);
        assertThrows(InputException.class, recorder::stop);
        assertThrows(InputException.class, recorder::success);
        recorder.start();
        assertThrows(InputException.class, recorder::start);
    }

    @Test
    void shouldAllocateNothingPerMessageOnTheTransportThreadOnceWarm() {
        open(CONFIG, JournalFile::open).start();
        joints.queue().warm(64);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 20 && allocated > 0; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 2000; i++) {
                RecordingFixture.send(joints, 64, i, clock);
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }
        assertEquals(0, allocated);
    }

    /** A disk that takes so many bytes and then is full. */
    private static final class FullDisk {
        private volatile long left;

        FullDisk(long bytes) {
            left = bytes;
        }

        JournalFile open(Path path, boolean append) throws IOException {
            JournalFile real = JournalFile.open(path, append);
            return new JournalFile() {
                @Override
                public void append(ByteBuffer[] buffers) throws IOException {
                    for (ByteBuffer buffer : buffers) {
                        int wanted = buffer.remaining();
                        int taken = (int) Math.min(left, wanted);
                        buffer.limit(buffer.position() + taken);
                        real.append(new ByteBuffer[] {buffer});
                        left -= taken;
                        if (taken < wanted) {
                            throw new IOException("No space left on device");
                        }
                    }
                }

                @Override
                public void force() throws IOException {
                    real.force();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }
    }

    /** A disk that can be made to stand still. */
    private static final class BlockedDisk implements AutoCloseable {
        private final java.util.concurrent.locks.ReentrantLock gate = new java.util.concurrent.locks.ReentrantLock();

        void block() {
            gate.lock();
        }

        void release() {
            gate.unlock();
        }

        @Override
        public void close() {
            if (gate.isHeldByCurrentThread()) {
                gate.unlock();
            }
        }

        JournalFile open(Path path, boolean append) throws IOException {
            JournalFile real = JournalFile.open(path, append);
            return new JournalFile() {
                @Override
                public void append(ByteBuffer[] buffers) throws IOException {
                    gate.lock();
                    try {
                        real.append(buffers);
                    } finally {
                        gate.unlock();
                    }
                }

                @Override
                public void force() throws IOException {
                    real.force();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }
    }
}
