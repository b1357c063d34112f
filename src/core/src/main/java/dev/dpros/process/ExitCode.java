package dev.dpros.process;

/** What the process ends with, besides 0 for success and 128 plus its number for a signal. */
public final class ExitCode {
    /** A failure that is not the input's fault. */
    public static final int FAILURE = 1;
    /** Bad input. */
    public static final int BAD_INPUT = 2;
    /** The accelerator failed: a new process may work. */
    public static final int DEVICE_LOST = 3;
    /** The control thread ended or stood still. */
    public static final int LOOP_DIED = 4;

    private ExitCode() {}
}
