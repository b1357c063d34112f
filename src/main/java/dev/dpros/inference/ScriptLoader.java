package dev.dpros.inference;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TorchScriptArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Brings a written module into libtorch. Stateless; call {@link TorchRuntime#start} first. */
public final class ScriptLoader {
    private static final String[] NO_EXTRA_FILES = {};

    private ScriptLoader() {}

    /**
     * Writes the archive to a private file in memory (or the temporary folder), loads it and deletes it.
     *
     * @param manager owns the module
     * @param forTraining whether gradients are to flow past its tensors
     * @throws UncheckedIOException if the file cannot be written
     * @throws ai.djl.engine.EngineException if libtorch does not accept the module
     */
    public static PtSymbolBlock load(ScriptModule script, PtNDManager manager, boolean forTraining) {
        try {
            Path file = privateFile();
            try {
                try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    TorchScriptArchive.write(script, false, out);
                }
                return JniUtils.loadModule(manager, file, true, NO_EXTRA_FILES, NO_EXTRA_FILES, forTraining);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the network for libtorch: " + e.getMessage(), e);
        }
    }

    private static Path privateFile() throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path memory = Path.of("/dev/shm");
        if (Files.isDirectory(memory) && Files.isWritable(memory)) {
            return Files.createTempFile(memory, "dpros-", ".pt", ownerOnly);
        }
        return Files.createTempFile("dpros-", ".pt", ownerOnly);
    }
}
