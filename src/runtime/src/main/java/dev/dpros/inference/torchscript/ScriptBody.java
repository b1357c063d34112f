package dev.dpros.inference.torchscript;

import java.util.Locale;

/** The statements of one TorchScript method: each assigns a fresh variable. Confined to one thread. */
public final class ScriptBody {
    private final StringBuilder text = new StringBuilder();
    private int variables;

    /**
     * Adds {@code vN = expression}.
     *
     * @param format a {@link String#format} pattern
     * @return the name of the new variable
     */
    public String let(String format, Object... args) {
        String variable = "v" + variables++;
        text.append("    ").append(variable).append(" = ").append(String.format(Locale.ROOT, format, args)).append('\n');
        return variable;
    }

    /** Adds a statement as it is, indented. */
    public void line(String format, Object... args) {
        text.append("    ").append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    /** Adds {@code return expression}; nothing may follow. */
    public void result(String expression) {
        text.append("    return ").append(expression).append('\n');
    }

    String text() {
        return text.toString();
    }
}
