package dev.dpros.datasets.hdf5;

import dev.dpros.core.InputException;
import dev.dpros.datasets.array.ChunkedArray;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Link;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfFilterException;
import io.jhdf.exceptions.UnsupportedHdfException;
import io.jhdf.nio.FileChannelFromSeekableByteChannel;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Supplier;

/**
 * An HDF5 file, read. Paths are of groups and data sets in it; links to elsewhere are not followed. Whatever the library throws
 * at damage becomes one line. One thread.
 */
final class Hdf5File implements AutoCloseable {
    private static final long MOST_TEXT_BYTES = 64 << 20;

    private final Path path;
    private final FileChannel channel;
    private final HdfFile file;

    /** Opens a file. @throws InputException if it is none, or damaged */
    Hdf5File(Path path) {
        this.path = path;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
        try {
            file = guarded("", this::read);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Mapped where it can be: then no length in a damaged file takes memory. */
    private HdfFile read() {
        try {
            return channel.size() <= Integer.MAX_VALUE ? HdfFile.fromByteBuffer(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))
                    : new HdfFile(new FileChannelFromSeekableByteChannel(channel));
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The error that something is of a kind that is not read; {@link #unsupported} tells it from damage. */
    InputException unread(String inside, String what, String expected, String found, String remedy) {
        return new InputException(InputException.of(where(inside), what, expected, found, remedy).getMessage(), new UnsupportedHdfException(what));
    }

    /** Whether what was thrown says that the file has something that is not read, and not that it is damaged. */
    static boolean unsupported(InputException thrown) {
        Throwable cause = thrown.getCause();
        while (cause != null && !(cause instanceof UnsupportedHdfException) && !(cause instanceof HdfFilterException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    /** What a path in it is called in messages. */
    String where(String inside) {
        return inside.isEmpty() ? path.toString() : path + ": " + inside;
    }

    /** Its size, bytes. */
    long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The library's view of a file throws what it pleases at a damaged one, for lack of stack or memory too: one line of it. */
    <T> T guarded(String inside, Supplier<T> read) {
        try {
            return read.get();
        } catch (InputException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new InputException(where(inside) + ": HDF5: cannot be read: " + reason(e), e);
        }
    }

    /** The innermost message; an end that comes too early has none. */
    private static String reason(Throwable thrown) {
        String why = "it is damaged";
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            why = cause instanceof BufferUnderflowException ? "it ends too early"
                    : cause.getMessage() == null ? why : cause.getMessage().lines().findFirst().orElse(why);
        }
        return why;
    }

    private Node node(String inside) {
        Node at = file;
        for (String name : inside.split("/")) {
            if (!(at instanceof Group group)) {
                return null;
            }
            at = name.isEmpty() ? at : group.getChild(name);
            if (at instanceof Link link) {
                throw unread(inside, "HDF5", "data in this file", "a link to " + link.getTargetPath(), "copy the data into the file");
            }
        }
        return at;
    }

    /** Names of what is in a group, in the file's order; empty if there is no such group. @throws InputException if it is damaged */
    List<String> names(String inside) {
        return guarded(inside, () -> node(inside) instanceof Group group ? List.copyOf(group.getChildren().keySet()) : List.of());
    }

    /** Whether there is such a group. */
    boolean isGroup(String inside) {
        return guarded(inside, () -> node(inside) instanceof Group);
    }

    /** Whether there is such a data set. */
    boolean isArray(String inside) {
        return guarded(inside, () -> node(inside) instanceof Dataset);
    }

    /** An attribute: a text, or a number, as text; null if there is none. */
    String attribute(String inside, String name) {
        return guarded(inside, () -> {
            Node node = node(inside);
            Attribute attribute = node == null ? null : node.getAttribute(name);
            return attribute == null || attribute.getSizeInBytes() > MOST_TEXT_BYTES || !attribute.isScalar() ? null
                    : String.valueOf(attribute.getData());
        });
    }

    /** A data set of texts. @throws InputException if it is none */
    List<String> texts(String inside) {
        Object data = guarded(inside, () -> node(inside) instanceof Dataset set && set.getDimensionsAsLong().length == 1
                && set.getSizeInBytes() <= MOST_TEXT_BYTES ? set.getData() : null);
        if (!(data instanceof String[] texts)) {
            throw InputException.of(where(inside), "HDF5", "a list of texts", data == null ? "none" : data.getClass().getSimpleName(), "");
        }
        return List.of(texts);
    }

    /** A data set of numbers. @throws InputException if it is none, of a kind that is not read, or damaged */
    ChunkedArray array(String inside) {
        return guarded(inside, () -> {
            if (!(node(inside) instanceof Dataset set)) {
                throw InputException.of(where(inside), "HDF5", "a data set", "none", "the file is damaged");
            }
            return new Hdf5Array(this, inside, set, channel).rows();
        });
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new InputException(path + ": cannot be closed: " + e.getMessage(), e);
        }
    }
}
