package dev.dpros.recording;

import dev.dpros.core.Clock;
import dev.dpros.core.SystemClock;
import java.nio.file.Path;
import java.util.List;

/** A process that records until the disk takes no more, says so on standard output, goes on for a while and closes. */
final class FullDiskChild {
    static final int SMALL_MESSAGE = 300;

    private FullDiskChild() {}

    public static void main(String[] args) {
        Clock clock = new SystemClock();
        RecordingSource camera = RecordingFixture.source("camera", 32, 1 << 20);
        RecordingSource joints = RecordingFixture.source("joints", 1024, 4096);
        EpisodeStore store = EpisodeStore.open(Path.of(args[0]));
        EpisodeRecorder recorder = new EpisodeRecorder(store, new RecorderConfig(10, 50, 0, "test", "arm", null),
                List.of(camera, joints), clock);
        recorder.start();
        int imageBytes = Integer.parseInt(args[1]);
        for (long i = 0; recorder.status().state() == RecorderState.RECORDING; i++) {
            RecordingFixture.send(joints, SMALL_MESSAGE, i, clock);
            if (imageBytes > 0) {
                RecordingFixture.send(camera, imageBytes, i, clock);
            }
        }
        RecorderStatus status = recorder.status();
        System.out.println("state " + status.state());
        System.out.println("reason " + status.reason());
        System.out.println("ended " + recorder.endedByDisk());
        for (int i = 0; i < 1000; i++) {
            RecordingFixture.send(joints, SMALL_MESSAGE, i, clock);
        }
        recorder.close();
        System.out.println("closed");
    }
}
