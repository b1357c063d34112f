package dev.dpros.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Another dpros command in a process of its own: same Java, same flags, same classes. Its error output is this process's unless told otherwise;
 * its standard input is a pipe that closes when this process dies, by which it notices ({@link ParentWatch}).
 */
public final class ChildJvm implements AutoCloseable {
    /** The command line's class, by name: it stands above everything that starts a child. */
    private static final String MAIN_CLASS = "dev.dpros.cli.Main";
    private static final long GRACE_MS = 5_000;

    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    /**
     * Starts {@code dpros arguments...}.
     *
     * @param environment added to this process's
     */
    public static ChildJvm start(List<String> arguments, Map<String, String> environment) throws IOException {
        return start(arguments, environment, ProcessBuilder.Redirect.INHERIT);
    }

    /** The same, with its error output elsewhere. */
    public static ChildJvm start(List<String> arguments, Map<String, String> environment, ProcessBuilder.Redirect errors) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.startsWith("-agentlib") && !flag.startsWith("-javaagent")) {
                command.add(flag);
            }
        }
        command.add("-D" + ParentWatch.PROPERTY + "=true");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(MAIN_CLASS);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors);
        builder.environment().putAll(environment);
        return new ChildJvm(builder.start());
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it still runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Waits at most so long for its end; whether it has ended. */
    public boolean endsWithin(long limitMs) throws InterruptedException {
        return process.waitFor(limitMs, TimeUnit.MILLISECONDS);
    }

    /** Its exit code, 128 plus the signal's number if a signal ended it. @throws IllegalThreadStateException while it runs */
    public int exitCode() {
        return process.exitValue();
    }

    /** Ends it at once with SIGKILL, as a power cut would. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Sends it a signal by name, such as {@code STOP} or {@code CONT}. @throws IOException if it cannot be sent */
    public void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " " + pid() + ": the process is gone");
        }
    }

    /** Asks it to end with SIGTERM; kills it if it does not within its grace. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(GRACE_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
