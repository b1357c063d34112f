package dev.dpros.ros.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The positions of wanted names in a serialized array of strings. Keeps the bytes of the array last seen, so that a
 * publisher that does not change its order costs one comparison. Used by one thread; allocates only when the array has
 * grown beyond any seen before.
 */
public final class NameTable {
    private final byte[][] wanted;
    private final int[] positions;
    private byte[] seen = new byte[512];
    private int seenLength = -1;
    private int found;

    /** A table of these names. */
    public NameTable(List<String> names) {
        wanted = names.stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        positions = new int[wanted.length];
    }

    /** Whether the array that starts here is the one last learned. */
    public boolean unchanged(ByteBuffer message, int start) {
        if (seenLength < 0 || message.limit() - start < seenLength) {
            return false;
        }
        for (int i = 0; i < seenLength; i++) {
            if (message.get(start + i) != seen[i]) {
                return false;
            }
        }
        return true;
    }

    /** Forgets all positions; then comes {@link #match} for each string, and {@link #learned} unless one is malformed. */
    public void begin() {
        seenLength = -1;
        for (int k = 0; k < positions.length; k++) {
            positions[k] = -1;
        }
    }

    /** Looks at the string number {@code index}, whose bytes are these. Of equal ones the first counts. */
    public void match(ByteBuffer message, int at, int length, int index) {
        for (int k = 0; k < wanted.length; k++) {
            if (positions[k] < 0 && wanted[k].length == length && equal(message, at, wanted[k])) {
                positions[k] = index;
            }
        }
    }

    /** All strings of the array of these bytes have been looked at. */
    public void learned(ByteBuffer message, int start, int length) {
        found = 0;
        for (int position : positions) {
            found += position >= 0 ? 1 : 0;
        }
        if (seen.length < length) {
            seen = new byte[2 * length];
        }
        for (int i = 0; i < length; i++) {
            seen[i] = message.get(start + i);
        }
        seenLength = length;
    }

    /** Writes the index of each wanted name, -1 for one that is missing; returns how many there are. */
    public int copy(int[] out) {
        System.arraycopy(positions, 0, out, 0, positions.length);
        return found;
    }

    private static boolean equal(ByteBuffer message, int at, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (message.get(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }
}
