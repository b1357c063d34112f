package dev.dpros.messages;

import dev.dpros.core.FieldPath;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A {@link FieldPath} of a type that only its publisher knows: compiled from the message definition that comes with the
 * connection, and again when a publisher with another definition connects. Until then, and where the path does not fit,
 * it reads nothing and says why. One reading thread; allocates only to compile.
 */
public final class LateFieldReader implements VectorReader {
    private final MessageTypes types;
    private final FieldPath path;
    private final int size;
    private volatile Subscription subscription;
    private volatile String problem;
    private String definition;
    private VectorReader reader;

    /** A reader of {@code size} values. */
    public LateFieldReader(MessageTypes types, FieldPath path, int size) {
        this.types = types;
        this.path = path;
        this.size = size;
    }

    /** Sets the subscription whose messages it reads. */
    public void read(Subscription from) {
        subscription = from;
    }

    /** Why the path cannot be read from what is published, or null. Any thread. */
    public String problem() {
        return problem;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<String> names() {
        return path.names();
    }

    @Override
    public boolean read(ByteBuffer message, float[] out, int offset) {
        return ready() && reader.read(message, out, offset);
    }

    @Override
    public int readSome(ByteBuffer message, float[] out, int offset, boolean[] present) {
        return ready() ? reader.readSome(message, out, offset, present) : MALFORMED;
    }

    private boolean ready() {
        Subscription from = subscription;
        String sent = from == null ? null : from.messageDefinition();
        if (sent == null) {
            return false;
        }
        if (sent != definition) {
            definition = sent;
            compile(from.messageType());
        }
        return reader != null;
    }

    private void compile(String type) {
        reader = null;
        try {
            VectorReader compiled = types.parse(type, definition).vector(path);
            if (compiled.size() == size) {
                reader = compiled;
                problem = null;
            } else {
                problem = "field path '" + path + "' of " + type + ": expected " + size + " values (the policy's input), found "
                        + compiled.size();
            }
        } catch (InputException e) {
            problem = e.getMessage();
        }
    }

    @Override
    public long stampNs(ByteBuffer message) {
        return reader == null ? 0 : reader.stampNs(message);
    }
}
