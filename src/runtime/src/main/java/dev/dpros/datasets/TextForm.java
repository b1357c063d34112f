package dev.dpros.datasets;

import java.util.List;

/**
 * What a column of texts is where it lies. Immutable.
 *
 * @param dtype as LeRobot's info.json says: {@code string}, or {@code language} of LeRobot's annotations
 * @param shape of a step
 * @param type SQL's type of a value. {@code VARCHAR} is the text itself; of any other, such as a list of texts or of rows of texts, the
 *     text of a step is JSON of it, and empty where there is no value
 */
public record TextForm(String dtype, List<Integer> shape, String type) {
    /** One text a step. */
    public static final TextForm PLAIN = new TextForm("string", List.of(1), "VARCHAR");

    /** Copies the list. */
    public TextForm {
        shape = List.copyOf(shape);
    }

    /** Whether a step's text is the value itself. */
    public boolean plain() {
        return type.equals("VARCHAR");
    }
}
