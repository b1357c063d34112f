package dev.dpros.training.frames;

import dev.dpros.core.InputException;
import dev.dpros.training.data.ReplayData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a cache is of: names, sizes and times of all files of the data sets, all vectors of the chosen steps, columns, sizes of
 * pictures, and where each block lies. Stateless.
 */
public final class CacheFingerprint {
    private static final int FLOATS = 1 << 14;

    private CacheFingerprint() {}

    /**
     * SHA-256 over all that.
     *
     * @param parts the same data sets, read
     * @throws InputException if a data set's files cannot be listed
     */
    public static byte[] of(CachePlan plan, List<PictureSource> sources, List<ReplayData> parts) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        for (int p = 0; p < sources.size(); p++) {
            text(digest, sources.get(p).path().toAbsolutePath().normalize().toString());
            files(digest, sources.get(p).path());
            for (int column : sources.get(p).columns()) {
                text(digest, "column " + column);
            }
            text(digest, parts.get(p).features().toString());
            floats(digest, parts.get(p));
        }
        PictureBlocks blocks = plan.blocks();
        text(digest, plan.bytes() + " bytes, " + plan.slots() + " slots");
        for (int block = 0; block < blocks.count(); block++) {
            text(digest, blocks.part(block) + " " + blocks.first(block) + " " + blocks.rows(block) + " " + plan.offset(block));
        }
        return digest.digest();
    }

    private static void text(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static void floats(MessageDigest digest, ReplayData part) {
        ByteBuffer some = ByteBuffer.allocate(FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        part.features().stream().filter(feature -> part.vectors().containsKey(feature.key())).forEach(feature -> {
            for (float value : part.vectors().get(feature.key())) {
                if (!some.hasRemaining()) {
                    digest.update(some.flip());
                    some.clear();
                }
                some.putFloat(value);
            }
        });
        digest.update(some.flip());
    }

    /** A replay buffer of a real robot has its films beside it. */
    private static void files(MessageDigest digest, Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path films = absolute.resolveSibling("videos");
        List<Path> roots = absolute.endsWith("replay_buffer.zarr") && Files.isDirectory(films) ? List.of(absolute, films) : List.of(absolute);
        for (Path root : roots) {
            TreeMap<String, String> found = new TreeMap<>();
            try (Stream<Path> all = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
                all.filter(Files::isRegularFile).forEach(file -> found.put(file.toString(), facts(file)));
            } catch (IOException | UncheckedIOException e) {
                throw new InputException(root + ": cannot be listed: " + e.getMessage(), e);
            }
            found.forEach((file, facts) -> text(digest, file + " " + facts));
        }
    }

    private static String facts(Path file) {
        try {
            BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
            return facts.size() + " " + facts.lastModifiedTime().toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
