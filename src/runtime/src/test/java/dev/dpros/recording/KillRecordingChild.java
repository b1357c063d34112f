package dev.dpros.recording;

import dev.dpros.core.Clock;
import dev.dpros.core.SystemClock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that the kill test kills: records two cameras at 30 Hz and joints at 500 Hz in short episodes. The stamp
 * of the last message handed in goes to a mapped file, which survives the kill; finished episodes go to stdout.
 */
final class KillRecordingChild {
    private static final int IMAGE_BYTES = 640 * 480 * 3 + 60;

    private KillRecordingChild() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        int messagesPerEpisode = Integer.parseInt(args[1]);
        Clock clock = new SystemClock();
        MappedByteBuffer shared;
        try (FileChannel channel = FileChannel.open(directory.resolve("last-stamp"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, 16);
        }
        shared.order(ByteOrder.LITTLE_ENDIAN);
        List<RecordingSource> sources = List.of(RecordingFixture.source("left", 32, 1 << 20),
                RecordingFixture.source("right", 32, 1 << 20), RecordingFixture.source("joints", 1024, 4096));
        EpisodeStore store = EpisodeStore.open(directory);
        store.recover();
        EpisodeRecorder recorder = new EpisodeRecorder(store, RecorderConfig.DEFAULTS, sources, clock);
        record(recorder, sources, clock, shared, messagesPerEpisode);
    }

    private static void record(EpisodeRecorder recorder, List<RecordingSource> sources, Clock clock,
            MappedByteBuffer shared, int messagesPerEpisode) {
        PrintStream out = System.out;
        long next = clock.monotonicNs();
        while (true) {
            recorder.start();
            int episode = recorder.status().episode();
            for (int i = 0; i < messagesPerEpisode; i++) {
                RecordingFixture.send(sources.get(2), 300, i, clock);
                if (i % 17 == 0) {
                    RecordingFixture.send(sources.get(0), IMAGE_BYTES, i / 17, clock);
                    RecordingFixture.send(sources.get(1), IMAGE_BYTES, i / 17, clock);
                }
                shared.putLong(8, clock.rosNs()).putLong(0, episode + 1);
                next += 2_000_000;
                LockSupport.parkNanos(next - clock.monotonicNs());
            }
            recorder.stop();
            RecorderStatus status = recorder.status();
            out.println("finished " + episode + " " + status.sources().get(0).recorded() + " "
                    + status.sources().get(2).recorded() + " " + status.dropped());
            out.flush();
        }
    }
}
