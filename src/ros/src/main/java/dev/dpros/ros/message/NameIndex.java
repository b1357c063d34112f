package dev.dpros.ros.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds the positions of wanted names in a message's array of strings. Keeps the bytes of the array last seen, so that a
 * publisher that does not change its order costs one comparison. Used by one thread; allocates only when the array has
 * grown beyond any seen before.
 */
final class NameIndex {
    private final Locator field;
    private final byte[][] wanted;
    private final int[] positions;
    private byte[] seen = new byte[512];
    private int seenLength = -1;
    private int found;

    NameIndex(Locator field, List<String> names) {
        this.field = field;
        wanted = names.stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        positions = new int[wanted.length];
    }

    /** Writes the index of each wanted name, -1 for one that is missing; returns how many there are, -1 if the message is malformed. */
    int resolve(ByteBuffer message, int[] out) {
        int start = field.locate(message);
        int count = SkipPlan.count(message, start, 4);
        if (count < 0 || !unchanged(message, start) && !learn(message, start, count)) {
            return -1;
        }
        System.arraycopy(positions, 0, out, 0, positions.length);
        return found;
    }

    private boolean unchanged(ByteBuffer message, int start) {
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

    private boolean learn(ByteBuffer message, int start, int count) {
        seenLength = -1;
        for (int k = 0; k < positions.length; k++) {
            positions[k] = -1;
        }
        int at = start + 4;
        for (int i = 0; i < count; i++) {
            int length = SkipPlan.count(message, at, 1);
            if (length < 0) {
                return false;
            }
            match(message, at + 4, length, i);
            at += 4 + length;
        }
        found = 0;
        for (int position : positions) {
            found += position >= 0 ? 1 : 0;
        }
        remember(message, start, at - start);
        return true;
    }

    private void match(ByteBuffer message, int at, int length, int index) {
        for (int k = 0; k < wanted.length; k++) {
            if (positions[k] < 0 && wanted[k].length == length && equal(message, at, wanted[k])) {
                positions[k] = index;
            }
        }
    }

    private static boolean equal(ByteBuffer message, int at, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (message.get(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private void remember(ByteBuffer message, int start, int length) {
        if (seen.length < length) {
            seen = new byte[2 * length];
        }
        for (int i = 0; i < length; i++) {
            seen[i] = message.get(start + i);
        }
        seenLength = length;
    }
}
