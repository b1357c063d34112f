package dev.dpros.ros2.message;

import dev.dpros.ros.message.NameTable;
import java.nio.ByteBuffer;
import java.util.List;

/** Finds the positions of wanted names in a ROS 2 message's array of strings. As its {@link NameTable}. */
final class CdrNames {
    private final CdrLocator field;
    private final NameTable table;
    private boolean bigSeen;

    CdrNames(CdrLocator field, List<String> names) {
        this.field = field;
        table = new NameTable(names);
    }

    /** Writes the index of each wanted name, -1 for one that is missing; returns how many there are, -1 if the message is malformed. */
    int resolve(ByteBuffer message, boolean big, int[] out) {
        int at = field.locate(message, big);
        int start = at < 0 ? -1 : Cdr.align(at, 4);
        int count = Cdr.count(message, start, big, 4, 0);
        boolean known = count >= 0 && big == bigSeen && table.unchanged(message, start);
        if (count < 0 || !known && !learn(message, start, count, big)) {
            return -1;
        }
        return table.copy(out);
    }

    private boolean learn(ByteBuffer message, int start, int count, boolean big) {
        table.begin();
        bigSeen = big;
        int at = start + 4;
        for (int i = 0; i < count; i++) {
            int text = Cdr.align(at, 4);
            int length = Cdr.count(message, text, big, 1, 0);
            if (length < 0) {
                return false;
            }
            table.match(message, text + 4, Math.max(0, length - 1), i);
            at = text + 4 + length;
        }
        table.learned(message, start, at - start);
        return true;
    }
}
