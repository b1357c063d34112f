package dev.dpros.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutations of checkpoint bytes, 2,000, and 10,000 in {@code .ci/nightly} ({@code -Ddpros.fuzz=5}): each is read, or refused
 * in one line; none hangs, exhausts memory or fails in another way.
 */
@Tag("long")
class CheckpointFuzzTest {
    private static final int MUTATIONS = 500 * Integer.getInteger("dpros.fuzz", 1);

    @TempDir
    Path directory;

    private final Mutations mutations = new Mutations(MUTATIONS, 20261123);

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedSafetensors() throws IOException {
        Path policy = new TinyPolicy().write(directory.resolve("policy"));
        mutations.of(policy.resolve("model.safetensors"), 0.8, () -> PolicyReader.read(policy));
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedJson() throws IOException {
        Path policy = new TinyPolicy().write(directory.resolve("policy"));
        for (String file : List.of("config.json", "policy_preprocessor.json")) {
            mutations.of(policy.resolve(file), 1, () -> PolicyReader.read(policy));
            Files.delete(policy.resolve(file));
            new TinyPolicy().write(directory.resolve(file + ".d"));
            Files.copy(directory.resolve(file + ".d").resolve(file), policy.resolve(file));
        }
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedTorchCheckpoints() throws IOException {
        Path file = new TinyCheckpoint().write(directory.resolve("tiny.ckpt"));
        mutations.of(file, 0.5, () -> PolicyReader.read(file));
    }

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldSurviveMutatedTransformers() throws IOException {
        Path file = TinyCheckpoint.transformer().write(directory.resolve("tiny.ckpt"));
        Path policy = directory.resolve("policy");
        PolicyWriter.write(PolicyReader.read(file), policy);
        mutations.of(file, 0.5, () -> PolicyReader.read(file));
        mutations.of(policy.resolve("config.json"), 1, () -> PolicyReader.read(policy));
    }
}
