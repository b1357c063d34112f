package dev.dpros.setup;

import java.util.List;

/** Who answers what cannot be known: a person, or whoever assumes the likeliest and says so. One thread; may block. */
public interface Questions {
    /**
     * One of several.
     *
     * @param question in one line
     * @param options what there is to choose from, the likeliest first
     * @return one of the options
     */
    String choose(String question, List<String> options);

    /**
     * A number.
     *
     * @param question in one line
     * @param likely what it is taken for if nothing is said
     */
    double number(String question, double likely);

    /** Something that was taken for granted without asking. @param assumption in one line */
    void assume(String assumption);
}
