package dev.dpros.ros.message;

import java.nio.ByteBuffer;
import java.util.List;

/** Finds the positions of wanted names in a ROS 1 message's array of strings. As its {@link NameTable}. */
final class NameIndex {
    private final Locator field;
    private final NameTable table;

    NameIndex(Locator field, List<String> names) {
        this.field = field;
        table = new NameTable(names);
    }

    /** Writes the index of each wanted name, -1 for one that is missing; returns how many there are, -1 if the message is malformed. */
    int resolve(ByteBuffer message, int[] out) {
        int start = field.locate(message);
        int count = SkipPlan.count(message, start, 4);
        if (count < 0 || !table.unchanged(message, start) && !learn(message, start, count)) {
            return -1;
        }
        return table.copy(out);
    }

    private boolean learn(ByteBuffer message, int start, int count) {
        table.begin();
        int at = start + 4;
        for (int i = 0; i < count; i++) {
            int length = SkipPlan.count(message, at, 1);
            if (length < 0) {
                return false;
            }
            table.match(message, at + 4, length, i);
            at += 4 + length;
        }
        table.learned(message, start, at - start);
        return true;
    }
}
