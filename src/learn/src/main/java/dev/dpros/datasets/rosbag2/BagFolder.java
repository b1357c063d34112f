package dev.dpros.datasets.rosbag2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * The files of a bag of ROS 2, in order. Immutable.
 *
 * @param files MCAP or SQLite, some perhaps compressed whole
 * @param closed whether its recorder wrote metadata.yaml, which it does at the end
 */
record BagFolder(List<Path> files, boolean closed) {
    static final String METADATA = "metadata.yaml";
    static final String ROOT = "rosbag2_bagfile_information";
    static final String ZSTD = ".zstd";
    private static final Pattern FILE = Pattern.compile("(.+\\.(?:mcap|db3))(\\.zstd)?");
    private static final Pattern NUMBER = Pattern.compile("(\\d+)\\.(?:mcap|db3)");
    private static final int MAX_METADATA_BYTES = 64 << 20;

    /** Whether a folder is a bag. */
    static boolean is(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try {
            return Files.exists(folder.resolve(METADATA)) ? Files.readString(folder.resolve(METADATA)).contains(ROOT)
                    : !unlisted(folder).isEmpty();
        } catch (IOException e) {
            return false; // cannot be read; whoever opens it says so
        }
    }

    /** The bag of a folder, or of a single file. @throws InputException if it is none, or a file of it is missing */
    static BagFolder of(Path path) {
        if (!Files.isDirectory(path)) {
            return new BagFolder(List.of(path), listed(path));
        }
        Path metadata = path.resolve(METADATA);
        if (!Files.exists(metadata)) {
            return new BagFolder(unlisted(path), false);
        }
        List<Path> files = new ArrayList<>();
        for (String name : names(metadata)) {
            files.add(file(path, name));
        }
        return new BagFolder(List.copyOf(files), true);
    }

    private static boolean listed(Path file) {
        Path metadata = file.toAbsolutePath().resolveSibling(METADATA);
        try {
            return Files.exists(metadata) && names(metadata).stream().anyMatch(name -> Path.of(name).endsWith(file.getFileName()));
        } catch (InputException e) {
            return false; // of something else
        }
    }

    private static Path file(Path folder, String name) {
        Path inFolder = folder.resolve(Path.of(name).getFileName()); // older versions name the folder too
        Path compressed = inFolder.resolveSibling(inFolder.getFileName() + ZSTD);
        if (Files.exists(inFolder)) {
            return inFolder;
        }
        if (Files.exists(compressed)) {
            return compressed;
        }
        throw InputException.of(folder.resolve(METADATA).toString(), "relative_file_paths", "a file '" + ForeignText.printable(name) + "' beside it", "none",
                "copy the whole folder");
    }

    /** The files that metadata.yaml lists. */
    private static List<String> names(Path metadata) {
        JsonNode bag = read(metadata).path(ROOT);
        String mode = bag.path("compression_mode").asText("");
        String format = bag.path("compression_format").asText("");
        if (!mode.isEmpty() && !mode.equalsIgnoreCase("none") && !format.equals(Compression.ZSTD)) {
            throw InputException.of(metadata.toString(), "compression_format", Compression.ZSTD, "'" + format + "'", "");
        }
        List<String> names = new ArrayList<>();
        bag.path("relative_file_paths").forEach(name -> names.add(name.asText()));
        if (names.isEmpty() || names.stream().anyMatch(String::isEmpty)) {
            throw InputException.of(metadata.toString(), "relative_file_paths", "the bag's files", "none", "'ros2 bag reindex' makes it anew");
        }
        return names;
    }

    private static JsonNode read(Path metadata) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_METADATA_BYTES);
        try {
            return new ObjectMapper(YAMLFactory.builder().loaderOptions(options).build()).readTree(metadata.toFile());
        } catch (JsonProcessingException e) {
            throw InputException.of(metadata.toString(), "metadata", "YAML", ForeignText.printable(e.getOriginalMessage()),
                    "'ros2 bag reindex' makes it anew");
        } catch (IOException e) {
            throw new InputException(metadata + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The files of a folder without metadata.yaml, by number; a file whose compression was cut short counts as it was. */
    private static List<Path> unlisted(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.filter(file -> FILE.matcher(file.getFileName().toString()).matches()).toList();
            return all.stream().filter(file -> !all.contains(uncompressed(file)) && file.toFile().length() > 0)
                    .sorted(Comparator.comparing(BagFolder::number).thenComparing(Path::toString)).toList();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Path uncompressed(Path file) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        return name.matches() && name.group(2) != null ? file.resolveSibling(name.group(1)) : null;
    }

    private static BigInteger number(Path file) {
        Matcher number = NUMBER.matcher(file.getFileName().toString());
        return number.find() ? new BigInteger(number.group(1)) : BigInteger.ZERO;
    }
}
