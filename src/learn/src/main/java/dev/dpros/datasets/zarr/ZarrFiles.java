package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.zip.CRC32;

/** The files of a zarr, in a directory or in a zip archive (zarr's ZipStore, {@code *.zarr.zip}), which is not unpacked. Stateless. */
final class ZarrFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_JSON = 64 << 20;

    private ZarrFiles() {}

    /** Whether a path is a file that is named like zarr's archives. */
    static boolean zipped(Path path) {
        return path.getFileName() != null && path.getFileName().toString().endsWith(".zarr.zip") && Files.isRegularFile(path);
    }

    /** Opens an archive. @throws InputException if it is none, or damaged */
    static FileSystem archive(Path path) {
        try {
            return FileSystems.newFileSystem(path);
        } catch (IOException | ProviderNotFoundException | IllegalArgumentException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new InputException(path + ": zarr archive: expected a zip file, found " + first + "; the file is damaged", e);
        }
    }

    /** A file's name for messages; within an archive, with the archive's before it. */
    static String name(Path path) {
        FileSystem files = path.getFileSystem();
        return files == FileSystems.getDefault() ? path.toString() : files + path.toAbsolutePath().toString();
    }

    /** What is in a file. @throws IOException if it has more than so many bytes, or cannot be read */
    static byte[] bytes(Path file, long most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, most + 1));
            if (bytes.length > most) {
                throw new IOException("it has more than " + most + " bytes, the file is damaged");
            }
            requireSum(file, bytes);
            return bytes;
        } catch (RuntimeException e) { // what the zip file system throws at a damaged entry
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Java's zip file system does not compare the sums that an archive has. */
    private static void requireSum(Path file, byte[] bytes) throws IOException {
        if (file.getFileSystem() != FileSystems.getDefault() && Files.getAttribute(file, "zip:crc") instanceof Long told) {
            CRC32 sum = new CRC32();
            sum.update(bytes);
            if (sum.getValue() != told) {
                throw new IOException("its checksum is not the archive's, the file is damaged");
            }
        }
    }

    /** A JSON document. @throws IOException if it cannot be read, or is none */
    static JsonNode parse(Path file) throws IOException {
        return JSON.readTree(bytes(file, MOST_JSON));
    }

    /** A JSON document, an empty one if there is no such file. @throws InputException if it cannot be read */
    static JsonNode json(Path file) {
        try {
            return Files.exists(file) ? parse(file) : JSON.createObjectNode();
        } catch (IOException e) {
            throw new InputException(name(file) + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
