package dev.dpros.datasets.hdf5;

import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Opens demonstrations in HDF5, robomimic's or ALOHA's. Stateless. */
public final class Hdf5Dataset {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
    private static final Pattern NAME = Pattern.compile(".*\\.(hdf5|h5)");
    private static final Pattern EPISODE = Pattern.compile("episode_(\\d{1,9})\\.(hdf5|h5)");

    private Hdf5Dataset() {}

    /** Whether a path looks like one: an HDF5 file by its name or beginning, or a folder with {@code episode_N.hdf5}. */
    public static boolean is(Path path) {
        if (Files.isDirectory(path)) {
            return !episodes(path).isEmpty();
        }
        return Files.isRegularFile(path) && (NAME.matcher(path.getFileName().toString()).matches() || Arrays.equals(beginning(path), SIGNATURE));
    }

    private static byte[] beginning(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(SIGNATURE.length);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Path> episodes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> EPISODE.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparingInt(Hdf5Dataset::number)).toList();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static int number(Path file) {
        Matcher name = EPISODE.matcher(file.getFileName().toString());
        return name.matches() ? Integer.parseInt(name.group(1)) : -1;
    }

    /**
     * Opens one.
     *
     * @param fps frequency, Hz, where the file does not tell it; null for the format's usual one
     * @throws InputException if it is none, or damaged
     */
    public static EpisodeDataset open(Path path, Double fps) {
        if (Files.isDirectory(path)) {
            return new AlohaDataset(path, episodes(path), fps);
        }
        Hdf5File file = new Hdf5File(path);
        try {
            if (RobomimicDataset.is(file)) {
                return new RobomimicDataset(path, file, fps);
            }
            boolean aloha = AlohaDataset.is(file);
            List<String> names = file.names("");
            file.close();
            if (aloha) {
                return new AlohaDataset(path, List.of(path), fps);
            }
            throw InputException.of(path.toString(), "HDF5", "data/demo_N (robomimic) or observations and action (ALOHA)",
                    names.isEmpty() ? "nothing" : String.join(", ", names), "");
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }
}
