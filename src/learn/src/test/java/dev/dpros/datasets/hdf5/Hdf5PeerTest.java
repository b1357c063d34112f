package dev.dpros.datasets.hdf5;

import dev.dpros.recording.ExternalReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that h5py writes now, of the oldest and the newest layout. */
@Tag("realpeer")
@Timeout(60)
class Hdf5PeerTest {
    @TempDir
    private Path folder;

    @Test
    void shouldReadWhatH5pyWrites() throws Exception {
        ExternalReader.assumeWorks("/usr/bin/python3", "-c", "import h5py, PIL");
        ExternalReader.run("/usr/bin/python3", "src/learn/src/test/resources/recording/hdf5_samples.py", folder.toString());
        Hdf5Samples.requireRobomimic(folder.resolve("robomimic.hdf5"), false);
        Hdf5Samples.requireRobomimic(folder.resolve("robomimic_latest.hdf5"), true);
        Hdf5Samples.requireAloha(folder);
    }
}
