package dev.dpros.inference.torchscript;

import java.util.Locale;

/** The statements of one TorchScript method: each assigns a fresh variable, but in loops. Confined to one thread. */
public final class ScriptBody {
    private final StringBuilder text = new StringBuilder();
    private int variables;
    private String indent = "    ";

    /**
     * Adds {@code vN = expression}.
     *
     * @param format a {@link String#format} pattern
     * @return the name of the new variable
     */
    public String let(String format, Object... args) {
        String variable = "v" + variables++;
        line("%s = %s", variable, String.format(Locale.ROOT, format, args));
        return variable;
    }

    /** Adds a statement as it is, indented. */
    public void line(String format, Object... args) {
        text.append(indent).append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    /** Begins a loop: {@code for variable in range(count)}. What is to outlive a pass is assigned by {@link #line}. */
    public void loop(String variable, String count) {
        line("for %s in range(%s):", variable, count);
        indent += "  ";
    }

    /** Ends the loop. */
    public void endLoop() {
        indent = indent.substring(2);
    }

    /** Adds {@code return expression}; nothing may follow. */
    public void result(String expression) {
        text.append("    return ").append(expression).append('\n');
    }

    String text() {
        return text.toString();
    }
}
