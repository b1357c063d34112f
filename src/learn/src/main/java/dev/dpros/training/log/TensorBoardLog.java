package dev.dpros.training.log;

import com.google.protobuf.CodedOutputStream;
import dev.dpros.core.InputException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.zip.CRC32C;

/**
 * An event file for TensorBoard: TFRecords of {@code tensorflow.Event} (event.proto, summary.proto), one scalar
 * each. A training that is resumed writes a new file, whose
 * first event tells TensorBoard to forget what came after the step at which it resumes.
 */
public final class TensorBoardLog implements TrainingLog {
    private static final String VERSION = "brain.Event:2";
    // fields of Event, SessionLog, Summary and Summary.Value
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int MASK_ROTATION = 15;

    private final Path file;
    private final DoubleSupplier wallSeconds;
    private final OutputStream out;

    /**
     * Opens a new file in the directory.
     *
     * @param keepUpTo earlier events of later steps are void
     * @param wallSeconds the time, seconds since the Unix epoch
     * @throws InputException if it cannot be written
     */
    public TensorBoardLog(Path directory, long keepUpTo, DoubleSupplier wallSeconds) {
        this.wallSeconds = wallSeconds;
        double now = wallSeconds.getAsDouble();
        file = directory.resolve(String.format(Locale.ROOT, "events.out.tfevents.%.6f.dpros", now));
        try {
            out = new BufferedOutputStream(Files.newOutputStream(file));
        } catch (IOException e) {
            throw cannot(e);
        }
        write(now, 0, event -> event.writeString(FILE_VERSION, VERSION));
        byte[] start = message(session -> session.writeEnum(SESSION_STATUS, SESSION_START));
        write(now, keepUpTo + 1, event -> event.writeByteArray(SESSION_LOG, start));
    }

    @Override
    public void scalar(String name, long step, double value) {
        byte[] scalar = message(out -> {
            out.writeString(VALUE_TAG, name);
            out.writeFloat(VALUE_SIMPLE, (float) value);
        });
        byte[] summary = message(out -> out.writeByteArray(SUMMARY_VALUE, scalar));
        write(wallSeconds.getAsDouble(), step, event -> event.writeByteArray(SUMMARY, summary));
    }

    /** Writes a message's fields. */
    private interface Fields {
        void writeTo(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
        try {
            fields.writeTo(coded);
            coded.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A TFRecord: length, its masked CRC-32C, the event, its masked CRC-32C. */
    private void write(double wallTime, long step, Fields what) {
        byte[] data = message(event -> {
            event.writeDouble(WALL_TIME, wallTime);
            if (step != 0) {
                event.writeInt64(STEP, step);
            }
            what.writeTo(event);
        });
        byte[] length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
        ByteBuffer record = ByteBuffer.allocate(length.length + data.length + 2 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.put(length).putInt(masked(length)).put(data).putInt(masked(data));
        try {
            out.write(record.array());
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), MASK_ROTATION) + MASK_DELTA;
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw cannot(e);
        }
    }

    private InputException cannot(IOException e) {
        return new InputException(file + ": cannot be written: " + e.getMessage(), e);
    }
}
