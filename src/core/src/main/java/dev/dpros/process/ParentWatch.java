package dev.dpros.process;

import java.io.IOException;

/** Stops a child process when its parent has gone: standard input, a pipe from the parent, then ends. */
public final class ParentWatch {
    /** Set in children only. */
    static final String PROPERTY = "dpros.child";

    private ParentWatch() {}

    /** Watches on a daemon thread if this process is a child; otherwise does nothing. */
    public static void start(Lifecycle lifecycle) {
        if (!Boolean.getBoolean(PROPERTY)) {
            return;
        }
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // the parent writes nothing; only the end matters
                }
            } catch (IOException e) {
                // a broken pipe is the end, too
            }
            lifecycle.requestStop(ExitCode.FAILURE);
        }, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
