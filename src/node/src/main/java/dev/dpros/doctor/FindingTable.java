package dev.dpros.doctor;

import dev.dpros.core.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Findings as a table for a terminal: grade, subject, what was found, and below it what to do. Stateless. */
public final class FindingTable {
    private static final int GRADE = 8;
    private static final int MOST_SUBJECT = 18;

    private FindingTable() {}

    /**
     * The table, a line end after each line.
     *
     * @param width columns; longer texts go on in the next line
     */
    public static String text(List<Finding> findings, int width) {
        int subject = Math.min(MOST_SUBJECT, findings.stream().mapToInt(finding -> finding.subject().length()).max().orElse(0));
        int indent = GRADE + subject + 3;
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(pad(finding.grade().name().toLowerCase(Locale.ROOT), GRADE)).append(' ').append(pad(finding.subject(), subject));
            if (finding.subject().length() > subject) {
                text.append('\n').append(" ".repeat(indent - 2));
            }
            append(text.append("  "), finding.found(), indent, width);
            if (!finding.remedy().isEmpty()) {
                append(text.append(" ".repeat(indent)).append("-> "), finding.remedy(), indent + 3, width);
            }
        }
        return text.toString();
    }

    /** How many of each grade, such as {@code 2 faults, 1 warning}; what there is none of is left out. */
    public static String summary(List<Finding> findings) {
        List<String> parts = new ArrayList<>();
        for (Finding.Grade grade : List.of(Finding.Grade.FAULT, Finding.Grade.WARNING)) {
            long count = findings.stream().filter(finding -> finding.grade() == grade).count();
            if (count > 0) {
                parts.add(count + " " + grade.name().toLowerCase(Locale.ROOT) + (count == 1 ? "" : "s"));
            }
        }
        return parts.isEmpty() ? "nothing stands in the way" : String.join(", ", parts);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static void append(StringBuilder out, String text, int indent, int width) {
        int room = Math.max(24, width - indent);
        String rest = text;
        while (rest.length() > room) {
            int end = rest.lastIndexOf(' ', room);
            end = end <= 0 ? room : end;
            out.append(rest, 0, end).append('\n').append(" ".repeat(indent));
            rest = rest.substring(end).stripLeading();
        }
        out.append(rest).append('\n');
    }
}
