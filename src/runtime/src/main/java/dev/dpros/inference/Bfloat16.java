package dev.dpros.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Whether this processor multiplies bfloat16 by itself. Elsewhere libtorch computes it by float32, slower than float32. */
final class Bfloat16 {
    /** By Linux's list of the first core's features; false where there is none. */
    static final boolean MULTIPLIED = multiplied(Path.of("/proc/cpuinfo"));

    private Bfloat16() {}

    private static boolean multiplied(Path file) {
        try {
            return multiplied(Files.readString(file));
        } catch (IOException e) {
            return false;
        }
    }

    /** @param text of /proc/cpuinfo */
    static boolean multiplied(String text) {
        List<String> features = text.lines().filter(line -> line.startsWith("flags")).findFirst()
                .map(line -> Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split(" "))).orElse(List.of());
        return features.contains("avx512_bf16") || features.contains("amx_bf16");
    }
}
