package dev.dpros.cli.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.process.ExitCode;
import dev.dpros.process.JsonFile;
import dev.dpros.shard.ShardPart;
import dev.dpros.shard.ShardSet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What {@code dpros dataset verify} found: said as it is found, and kept. One thread. */
final class VerifyReport {
    private static final String FAULTS = "faults";
    private static final List<String> LISTS = List.of("journals", "data_set", "episodes");

    private final PrintWriter out;
    private final Map<String, List<String>> lines = new LinkedHashMap<>();
    private int faults;

    VerifyReport(PrintWriter out) {
        this.out = out;
        LISTS.forEach(list -> lines.put(list, new ArrayList<>()));
    }

    /** A line on a journal's file. */
    void journal(String line, boolean fault) {
        add(LISTS.get(0), line, fault);
    }

    /** A line on the data set as a whole. */
    void whole(String line, boolean fault) {
        add(LISTS.get(1), line, fault);
    }

    /** A line on an episode. */
    void episode(String line, boolean fault) {
        add(LISTS.get(2), line, fault);
    }

    /** Something without a line of its own. */
    void count(boolean fault) {
        faults += fault ? 1 : 0;
    }

    private void add(String list, String line, boolean fault) {
        out.println(line);
        lines.get(list).add(line);
        count(fault);
    }

    int faults() {
        return faults;
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>(Map.of(FAULTS, faults));
        tree.putAll(lines);
        return tree;
    }

    /** Says the sum and writes it. @param json file, or null. @return the exit code */
    int end(Path json) {
        if (json != null) {
            JsonFile.write(json, tree());
        }
        out.println(faults == 0 ? "clean" : faults + " faults");
        return faults == 0 ? 0 : ExitCode.FAILURE;
    }

    /** Merges parts. */
    static int merge(ShardSet parts, Path target, PrintWriter out, Progress progress) {
        VerifyReport all = new VerifyReport(out);
        for (String list : LISTS) {
            for (ShardPart part : parts.parts()) {
                for (JsonNode line : part.result().path(list)) {
                    all.add(list, line.asText(), false);
                }
            }
        }
        for (ShardPart part : parts.parts()) {
            int found = part.result().path(FAULTS).asInt(-1);
            if (found < 0) {
                throw InputException.of(part.file().toString(), FAULTS, "a number of at least 0", part.result().path(FAULTS).toString(),
                        "remove it and run --shard " + part.shard() + " again");
            }
            all.faults += found;
        }
        return all.end(target);
    }
}
