package dev.dpros.cli.demo;

import dev.dpros.bench.SyntheticPolicy;
import dev.dpros.checkpoint.PolicyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A policy of random weights in a folder of its own, which is deleted when closed. */
final class RandomPolicy implements AutoCloseable {
    private final Path folder;

    /** Writes it. @param name one that {@link SyntheticPolicy#named} knows */
    RandomPolicy(String name) throws IOException {
        folder = Files.createTempDirectory("dpros-policy");
        PolicyWriter.write(SyntheticPolicy.named(name), path());
    }

    /** Where it lies; its name says what it is. */
    Path path() {
        return folder.resolve("random");
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
