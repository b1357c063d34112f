package dev.dpros.export;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.ServedPolicy;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes a policy as a model that an inference server of a fleet can serve: one archive with everything from observations to
 * trajectory, the server's configuration, and a page for people. The model's folder appears complete or not at all. Needs no native
 * library. Stateless.
 */
public final class PolicyExport {
    private static final String README = "README.md";
    private static final String TRITON_CONFIG = "config.pbtxt";
    private static final String DJL_PROPERTIES = "serving.properties";
    private static final String ARCHIVE = "model.pt";
    private static final String VERSION = "1";
    private static final Set<String> FILES = Set.of("", ExportMetadata.FILE, README, TRITON_CONFIG, DJL_PROPERTIES, ARCHIVE, VERSION,
            VERSION + "/" + ARCHIVE);

    private PolicyExport() {}

    /** The servers. */
    public enum Format {
        /** NVIDIA Triton: {@code REPO/MODEL/config.pbtxt}, {@code REPO/MODEL/1/model.pt}. */
        TRITON,
        /** DJL Serving: {@code REPO/MODEL/serving.properties}, {@code REPO/MODEL/model.pt}. */
        DJL_SERVING
    }

    /**
     * Writes the model's folder.
     *
     * @param repository folder of the models, made if it is not there
     * @param replace whether an export that is there already is replaced; anything else never is
     * @return the folder
     * @throws InputException if something else is there, or the weights do not fit the configuration
     * @throws IOException if it cannot be written
     */
    public static Path write(PolicyDefinition policy, Path repository, Format format, ExportOptions options, boolean replace)
            throws IOException {
        if (policy.config().energy() != null) {
            throw InputException.of(policy.source(), "network", "one that denoises, whose whole loop an archive can hold", "IBC's energy network",
                    "run it on the robot");
        }
        ExportOptions exact = format == Format.DJL_SERVING && options.steps() == 0 ? options.withSteps(evaluations(policy)) : options;
        Path target = repository.resolve(exact.model());
        requireFree(target, replace);
        Files.createDirectories(repository);
        Path fresh = Files.createTempDirectory(repository, ".export-");
        try {
            fill(fresh, policy, format, exact);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            if (Files.exists(target)) {
                delete(target);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            return target;
        } finally {
            delete(fresh);
        }
    }

    /** Network evaluations of a chunk by the checkpoint's own scheduler. */
    private static int evaluations(PolicyDefinition policy) {
        SchedulerConfig scheduler = policy.config().scheduler();
        return scheduler.inferenceSteps() * scheduler.type().evaluations();
    }

    private static void fill(Path folder, PolicyDefinition policy, Format format, ExportOptions options) throws IOException {
        PolicySignature signature = PolicySignature.of(policy, options.pictures());
        String metadata = ExportMetadata.of(policy, signature, options);
        boolean triton = format == Format.TRITON;
        Path archive = triton ? Files.createDirectory(folder.resolve(VERSION)).resolve(ARCHIVE) : folder.resolve(ARCHIVE);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive), 1 << 16)) {
            ServedPolicy.write(policy, signature, Map.of(ExportMetadata.FILE, metadata), out);
        }
        Files.writeString(folder.resolve(ExportMetadata.FILE), metadata + "\n");
        Files.writeString(folder.resolve(README), triton ? ExportReadme.triton(policy, signature, options)
                : ExportReadme.djl(policy, signature, options));
        Files.writeString(folder.resolve(triton ? TRITON_CONFIG : DJL_PROPERTIES),
                triton ? TritonConfig.of(signature, options, metadata) : properties(options));
    }

    private static String properties(ExportOptions options) {
        return String.join("\n", "engine=PyTorch", "option.modelName=model", "option.mapLocation=true",
                "translatorFactory=ai.djl.translate.NoopServingTranslatorFactory", "batchifier=stack",
                "batch_size=" + options.maxBatch(), "max_batch_delay=" + Math.max(1, options.delayUs() / 1000), "");
    }

    private static void requireFree(Path target, boolean replace) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        boolean export = isExport(target);
        if (!export || !replace) {
            throw InputException.of(target.toString(), "folder", "to be new", export ? "an export" : "something else than an export alone",
                    export ? "--overwrite replaces it" : "give another REPO or --name");
        }
    }

    /** Whether there is all that an export has to have, and nothing that is not from one. */
    private static boolean isExport(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> content = Files.walk(folder)) {
            Set<String> names = content.map(path -> folder.relativize(path).toString()).collect(Collectors.toSet());
            return names.contains(ExportMetadata.FILE) && FILES.containsAll(names);
        }
    }

    /** A folder of this class's own making. */
    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
