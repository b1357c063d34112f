package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes a policy as a LeRobot pretrained directory, the project's own model format: config.json, model.safetensors and the
 * processor files. The directory appears complete or not at all. Stateless.
 */
public final class PolicyWriter {
    private PolicyWriter() {}

    /** As {@link #write(PolicyDefinition, Path, boolean)}, refusing a directory that holds anything. */
    public static void write(PolicyDefinition policy, Path directory) throws IOException {
        write(policy, directory, false);
    }

    /**
     * Writes the directory. Its conditioning is brought into LeRobot's order; what the policy computes stays the same.
     *
     * @param replace whether a directory that holds anything is moved aside, to {@code NAME.bak}, {@code NAME.bak2} ...
     * @return where the former content is now, or null if there was none
     * @throws InputException if it holds anything and is not to be replaced, or if the path is a file
     * @throws IOException if it cannot be written
     */
    public static Path write(PolicyDefinition policy, Path directory, boolean replace) throws IOException {
        Path target = directory.toAbsolutePath().normalize();
        boolean occupied = occupied(target);
        if (occupied && !replace) {
            throw InputException.of(directory.toString(), "directory", "to be new or empty", "a directory with content",
                    "--overwrite moves it aside");
        }
        Files.createDirectories(target.getParent());
        Path fresh = Files.createTempDirectory(target.getParent(), "." + target.getFileName() + "-");
        try {
            writeFiles(LeRobotOrder.of(policy), fresh);
            Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Path backup = occupied ? moveAside(target) : null;
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return backup;
        } finally {
            deleteIfLeft(fresh);
        }
    }

    /**
     * An architecture alone, as a config.json that {@link PolicyReader#architecture} reads and LeRobot too, with the normalization
     * that training fits: vectors to their range, pictures to mean and deviation.
     */
    public static String architecture(PolicyConfig config) {
        Map<String, Normalizer> fitted = new TreeMap<>();
        Stream.concat(config.inputs().stream(), Stream.of(config.action())).forEach(feature ->
                fitted.put(feature.key(), Normalizer.ofRange(new double[] {0}, new double[] {1})));
        return LeRobotConfigWriter.write(new PolicyDefinition(config, Map.of(), fitted, "")).toPrettyString() + "\n";
    }

    private static boolean occupied(Path target) throws IOException {
        if (!Files.exists(target)) {
            return false;
        }
        if (!Files.isDirectory(target)) {
            throw InputException.of(target.toString(), "directory", "a directory to write", "a file", "");
        }
        try (Stream<Path> content = Files.list(target)) {
            return content.findAny().isPresent();
        }
    }

    private static Path moveAside(Path target) throws IOException {
        Path backup = target.resolveSibling(target.getFileName() + ".bak");
        for (int i = 2; Files.exists(backup); i++) {
            backup = target.resolveSibling(target.getFileName() + ".bak" + i);
        }
        return Files.move(target, backup, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes what a failed attempt left: files of this class's own making, in a directory of its own. */
    private static void deleteIfLeft(Path fresh) throws IOException {
        if (Files.exists(fresh)) {
            try (Stream<Path> content = Files.list(fresh)) {
                for (Path file : content.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(fresh);
        }
    }

    private static void writeFiles(PolicyDefinition policy, Path directory) throws IOException {
        writeJson(directory.resolve(LeRobotDirectory.CONFIG), LeRobotConfigWriter.write(policy));
        LeRobotProcessorWriter.write(directory, policy);
        Map<String, TensorData> tensors = new TreeMap<>();
        String prefix = policy.config().denoiser() instanceof DitConfig ? "" : LeRobotDirectory.PREFIX;
        policy.weights().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
        addDerived(policy.config(), tensors);
        Safetensors.write(directory.resolve(LeRobotDirectory.MODEL), tensors);
    }

    static void writeJson(Path file, JsonNode json) throws IOException {
        String text = StrictJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
        Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
    }

    /** The buffers that LeRobot's model has beside its weights. */
    private static void addDerived(PolicyConfig config, Map<String, TensorData> tensors) {
        VisionConfig vision = config.vision();
        if (vision == null || vision.backbone() == VisionConfig.Backbone.CONV) {
            return;
        }
        for (String name : List.copyOf(tensors.keySet())) {
            if (name.endsWith(".running_mean")) {
                tensors.put(name.replace("running_mean", "num_batches_tracked"),
                        new TensorData(DType.I64, List.of(), ByteBuffer.allocate(Long.BYTES)));
            }
        }
        if (vision.pool() == VisionConfig.Pool.SPATIAL_SOFTMAX) {
            List<FeatureSpec> cameras = config.cameras();
            for (int i = 0; i < (vision.separatePerCamera() ? cameras.size() : 1); i++) {
                String prefix = LeRobotDirectory.PREFIX + "rgb_encoder." + (vision.separatePerCamera() ? i + "." : "");
                tensors.put(prefix + "pool.pos_grid", SpatialGrid.of(vision, cameras.get(i)));
            }
        }
    }
}
