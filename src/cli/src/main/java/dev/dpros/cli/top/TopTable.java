package dev.dpros.cli.top;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;

/**
 * Names with numbers, fitted to a width: columns for which there is no room are left out, the least needed first, and a name
 * that is too long has a line of its own. Confined to one thread.
 */
final class TopTable {
    private static final int LEAST_NAME = 12;

    /**
     * A column of numbers.
     *
     * @param title over it
     * @param width in columns of the terminal, the space before it included
     * @param need the column of the least need is left out first
     */
    record Column(String title, int width, int need) {}

    private record Row(String name, List<String> cells, String remark, AttributedStyle style) {}

    private final String title;
    private final List<Column> columns;
    private final List<Row> rows = new ArrayList<>();

    TopTable(String title, List<Column> columns) {
        this.title = title;
        this.columns = columns;
    }

    /** Adds a row. @param cells one for each column @param remark behind the numbers, or empty */
    void add(String name, List<String> cells, String remark, AttributedStyle style) {
        rows.add(new Row(name, cells, remark, style));
    }

    /** Adds the table's lines. @param head style of its first */
    void draw(List<AttributedString> lines, int width, AttributedStyle head) {
        int longest = Math.max(title.length(), rows.stream().mapToInt(row -> row.name.length()).max().orElse(0));
        int remark = rows.stream().mapToInt(row -> row.remark.length() + (row.remark.isEmpty() ? 0 : 2)).max().orElse(0);
        List<Column> shown = new ArrayList<>(columns);
        while (!shown.isEmpty() && sum(shown) + remark + LEAST_NAME > width) {
            shown.remove(shown.stream().min((a, b) -> Integer.compare(a.need, b.need)).orElseThrow());
        }
        int room = Math.min(longest, Math.max(LEAST_NAME, width - sum(shown) - remark));
        line(lines, title, shown.stream().map(Column::title).toList(), shown, room, head);
        for (Row row : rows) {
            List<String> cells = shown.stream().map(column -> row.cells.get(columns.indexOf(column))).toList();
            int before = lines.size();
            line(lines, row.name, cells, shown, room, row.style);
            if (!row.remark.isEmpty()) {
                int last = lines.size() - 1;
                lines.set(last, new AttributedString(lines.get(last) + "  " + row.remark, row.style));
            }
            if (lines.size() - before > 1) {
                lines.set(before, new AttributedString(lines.get(before), row.style));
            }
        }
    }

    private static int sum(List<Column> shown) {
        return shown.stream().mapToInt(Column::width).sum();
    }

    private static void line(List<AttributedString> lines, String name, List<String> cells, List<Column> shown, int room,
            AttributedStyle style) {
        StringBuilder line = new StringBuilder(name);
        if (name.length() > room) {
            lines.add(new AttributedString(name, style));
            line.setLength(0);
        }
        line.append(" ".repeat(room - line.length()));
        for (int i = 0; i < shown.size(); i++) {
            line.append(String.format("%" + shown.get(i).width() + "s", cells.get(i)));
        }
        lines.add(new AttributedString(line, style));
    }
}
