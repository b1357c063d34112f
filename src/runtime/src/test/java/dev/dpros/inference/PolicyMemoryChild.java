package dev.dpros.inference;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ConvVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A process that says how much memory a policy takes beyond that of a tiny one. A program, too: {@code write DIR} makes LeRobot's
 * default network, {@code load DIR VARIANT} (or {@code measured}) measures it.
 */
final class PolicyMemoryChild {
    private PolicyMemoryChild() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        if (args[0].equals("write")) {
            PolicyWriter.write(LargePolicy.of(LargePolicy.DEFAULT), directory);
            return;
        }
        ConvVariant variant = args[2].equals("measured") ? null : ConvVariant.valueOf(args[2]);
        InferenceOptions options = InferenceOptions.DEFAULT.withConvVariant(variant);
        try (DiffusionPolicy tiny = DiffusionPolicy.load(TestPolicies.tiny(), options)) {
            use(tiny);
        }
        long before = kilobytes("VmRSS");
        long base = kilobytes("VmHWM");
        PolicyDefinition definition = PolicyReader.read(directory);
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options)) {
            use(policy);
            double weights = LargePolicy.parameters(definition) * (variant == ConvVariant.PACKED_BF16 ? 2 : 4) / 1024.0;
            System.out.printf(Locale.ROOT, "%s base %d resident %.3f peak %.3f of %.0f%n", policy.layout().unet(), base,
                    (kilobytes("VmRSS") - before) / weights, (kilobytes("VmHWM") - base) / weights, weights);
        }
    }

    private static void use(DiffusionPolicy policy) {
        policy.warmUp();
        policy.predictAction(new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps()));
    }

    private static long kilobytes(String field) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(field + ":")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst().orElseThrow();
        }
    }
}
