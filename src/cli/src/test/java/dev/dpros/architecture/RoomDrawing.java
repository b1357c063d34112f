package dev.dpros.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Draws the rooms from the imports of the code: one storey a line, a room and what it uses. */
final class RoomDrawing {
    static final Path PAGE = Path.of("docs/architecture.md");
    private static final String BEGIN = "<!-- rooms: drawn by .ci/draw from the imports -->\n";
    private static final String END = "<!-- end of rooms -->";

    private RoomDrawing() {}

    /** Rewrites the page's drawing. */
    public static void main(String[] args) throws IOException {
        String page = Files.readString(PAGE);
        String mark = BEGIN + written(page) + END;
        Files.writeString(PAGE, page.replace(mark, BEGIN + of(new SourceTree(Path.of("src"))) + END));
    }

    /** What stands in the page between the two marks. */
    static String written(String page) {
        return page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
    }

    /** The drawing of a source tree: a room stands one storey above the highest room it uses. */
    static String of(SourceTree tree) {
        Map<String, Integer> storeys = new LinkedHashMap<>();
        Rooms.mayUse().keySet().forEach(room -> storeys.put(room, storey(room, tree, storeys)));
        int top = storeys.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        StringBuilder text = new StringBuilder("```\n");
        for (int storey = top; storey >= 0; storey--) {
            int height = storey;
            List<String> rooms = new ArrayList<>(storeys.keySet());
            rooms.removeIf(room -> storeys.get(room) != height);
            for (String room : rooms) {
                text.append(String.format(Locale.ROOT, "%2d  %-16s%s", storey, room, uses(tree.uses(room))).stripTrailing())
                        .append('\n');
            }
        }
        return text.append("```\n").toString();
    }

    private static String uses(Set<String> rooms) {
        List<String> sorted = new ArrayList<>(Rooms.mayUse().keySet());
        sorted.retainAll(rooms);
        return String.join(" ", sorted);
    }

    private static int storey(String room, SourceTree tree, Map<String, Integer> storeys) {
        return tree.uses(room).stream().mapToInt(used -> storeys.getOrDefault(used, -1)).max().orElse(-1) + 1;
    }
}
