package dev.dpros.recording.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final String IMAGE_DEFINITION = "# an image\n\nstd_msgs/Header header\nuint32 height\n";

    @TempDir
    Path directory;

    /** Everything a journal told, as text, and the sizes of the file after each record. */
    private static final class Transcript implements JournalVisitor {
        final List<String> lines = new ArrayList<>();
        final List<byte[]> payloads = new ArrayList<>();
        EpisodeEnd end;

        @Override
        public void episode(EpisodeHeader header) {
            lines.add("episode " + header.index() + " " + header.task());
        }

        @Override
        public void source(SourceInfo info) {
            lines.add("source " + info.id() + " " + info.key() + " " + info.type());
        }

        @Override
        public void message(int source, long header, long ros, long mono, ByteBuffer payload, long offset) {
            lines.add("message " + source + " " + header + " " + ros + " " + mono + " " + payload.remaining());
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            payloads.add(bytes);
        }

        @Override
        public void event(EpisodeEvent event) {
            lines.add("event " + event.kind() + " " + event.text());
        }

        @Override
        public void dropped(int source, long count) {
            lines.add("dropped " + source + " " + count);
        }

        @Override
        public void end(EpisodeEnd ended) {
            end = ended;
            lines.add("end " + ended.reason());
        }
    }

    private Path write(boolean withEnd) throws IOException {
        Path path = directory.resolve("episode_000003.dpj");
        Files.deleteIfExists(path);
        EpisodeHeader header = new EpisodeHeader(3, "uuid", "push the T — gently", 42, "test", "arm", null);
        try (JournalWriter writer = JournalWriter.create(path, header, JournalFile::open)) {
            writer.source(new SourceInfo(0, "front", SourceInfo.Role.OBSERVATION, "/front", "", "", ""));
            writer.event(new EpisodeEvent(EpisodeEvent.Kind.START, 43, 1, "go"));
            writer.source(new SourceInfo(0, "front", SourceInfo.Role.OBSERVATION, "/front", "sensor_msgs/Image", "m",
                    IMAGE_DEFINITION));
            Random random = new Random(1);
            for (int i = 0; i < 6; i++) {
                byte[] payload = new byte[i % 2 == 0 ? 200_000 : 40];
                random.nextBytes(payload);
                writer.message(0, i, 100 + i, 200 + i, ByteBuffer.wrap(payload));
            }
            writer.drops(new long[] {7});
            if (withEnd) {
                writer.end(new EpisodeEnd(EpisodeEvent.Kind.STOP, false, List.of(new EpisodeEnd.SourceCounts(0, 6, 7))));
            }
            writer.flush();
            assertEquals(Files.size(path), writer.bytes());
        }
        return path;
    }

    @Test
    void shouldGiveBackEveryRecordAsWritten() throws IOException {
        Transcript transcript = new Transcript();
        JournalReader.Scan scan = JournalReader.read(write(true), transcript);
        assertTrue(scan.clean(), scan.damage());
        assertEquals(List.of("episode 3 push the T — gently", "source 0 front ", "event START go",
                "source 0 front sensor_msgs/Image", "message 0 0 100 200 200000", "message 0 1 101 201 40",
                "message 0 2 102 202 200000", "message 0 3 103 203 40", "message 0 4 104 204 200000",
                "message 0 5 105 205 40", "dropped 0 7", "end STOP"), transcript.lines);
        Random random = new Random(1);
        for (byte[] payload : transcript.payloads) {
            byte[] expected = new byte[payload.length];
            random.nextBytes(expected);
            assertArrayEquals(expected, payload);
        }
    }

    @Test
    void shouldRecoverFromACutAtAnyByteOfTheTail() throws IOException {
        byte[] whole = Files.readAllBytes(write(true));
        Path cut = directory.resolve("episode_000009.dpj");
        Random random = new Random(2);
        for (int i = 0; i < 120; i++) {
            int length = i < 60 ? whole.length - 1 - i * 7 : 400 + random.nextInt(whole.length - 400);
            Files.write(cut, java.util.Arrays.copyOf(whole, length));
            JournalRecovery.Result result = JournalRecovery.recover(cut);
            assertEquals(JournalRecovery.Action.RECOVERED, result.action());
            Transcript transcript = new Transcript();
            assertTrue(JournalReader.read(cut, transcript).clean());
            assertTrue(transcript.end.recovered());
            assertEquals(transcript.payloads.size(), transcript.end.sources().get(0).messages());
            assertEquals(JournalRecovery.Action.KEPT, JournalRecovery.recover(cut).action());
        }
    }

    @Test
    void shouldCutOffZerosThatPowerLossLeftBehind() throws IOException {
        Path path = write(false);
        long size = Files.size(path);
        Files.write(path, new byte[8192], java.nio.file.StandardOpenOption.APPEND);
        JournalRecovery.Result result = JournalRecovery.recover(path);
        assertEquals(8192, result.lostBytes());
        assertEquals(6, result.messages());
        assertTrue(Files.size(path) > size);
    }

    @Test
    void shouldNoticeEveryFlippedByte() throws IOException {
        Path path = write(true);
        byte[] whole = Files.readAllBytes(path);
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            int at = 8 + random.nextInt(whole.length - 8);
            whole[at] ^= 0x40;
            Files.write(path, whole);
            assertFalse(JournalReader.read(path, new Transcript()).clean(), "byte " + at);
            whole[at] ^= 0x40;
        }
    }

    @Test
    void shouldNotBelieveALengthBeyondTheFile() throws IOException {
        Path path = write(true);
        byte[] whole = Files.readAllBytes(path);
        ByteBuffer.wrap(whole).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(12, Integer.MAX_VALUE);
        Files.write(path, whole);
        assertTrue(JournalReader.read(path, new Transcript()).damage().startsWith("no record (length"));
    }

    @Test
    void shouldRefuseAFileThatIsNoJournal() throws IOException {
        Path other = directory.resolve("episode_000000.dpj");
        Files.writeString(other, "something else entirely");
        InputException error = assertThrows(InputException.class, () -> JournalReader.read(other, new Transcript()));
        assertTrue(error.getMessage().contains("expected a dpros journal"), error.getMessage());
    }

    @Test
    void shouldLeaveAnEmptyJournalAloneAndSaySo() throws IOException {
        Path empty = Files.createFile(directory.resolve("episode_000000.dpj"));
        assertEquals(JournalRecovery.Action.EMPTY, JournalRecovery.recover(empty).action());
    }

    @Test
    void shouldFindALeadingHeaderInADefinition() {
        SourceInfo plain = new SourceInfo(0, "k", SourceInfo.Role.OTHER, "/t", "", "", "");
        assertTrue(plain.described("t", "m", IMAGE_DEFINITION).startsWithHeader());
        assertTrue(plain.described("t", "m", "Header header").startsWithHeader());
        assertFalse(plain.described("t", "m", "float64 x\nHeader header").startsWithHeader());
        assertFalse(plain.startsWithHeader());
    }
}
