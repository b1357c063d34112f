package dev.dpros.ros.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * A process of an installed ROS 1: a command-line tool, a rospy script or a compiled node. Its output is kept line by
 * line and can be awaited. Closing kills the whole process tree.
 */
public final class RosTool implements AutoCloseable {
    /** How long anything may take before a test fails. */
    public static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

    private final String name;
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private RosTool(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread reader = new Thread(this::readLines, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Skips the test, saying why, unless all these tools of ROS are installed. */
    public static void assumeInstalled(String... tools) {
        for (String tool : tools) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin", tool)), "ROS is not installed: no /usr/bin/" + tool);
        }
    }

    /** Starts a command with the given master and a clean ROS environment. */
    public static RosTool start(URI master, String... command) {
        return start(master, Map.of(), List.of(command));
    }

    /** Starts a command with the given master and further environment variables. */
    public static RosTool start(URI master, Map<String, String> environment, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            Map<String, String> env = builder.environment();
            env.keySet().removeIf(key -> key.startsWith("ROS_") || key.startsWith("PYTHON"));
            env.put("PATH", SYSTEM_PATH);
            env.put("ROS_MASTER_URI", master.toString());
            env.put("ROS_IP", "127.0.0.1");
            env.put("ROS_HOME", Files.createDirectories(Path.of("target", "ros-home")).toAbsolutePath().toString());
            env.put("PYTHONUNBUFFERED", "1");
            env.putAll(environment);
            return new RosTool(command.get(0), builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a rospy script given as text; it is passed on the command line of python3. */
    public static RosTool rospy(URI master, String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", script));
        command.addAll(List.of(arguments));
        return start(master, Map.of(), command);
    }

    /** Runs a command to its end and returns its output. */
    public static String run(URI master, String... command) {
        try (RosTool tool = start(master, command)) {
            tool.awaitExit();
            return tool.output();
        }
    }

    /** A port that was free a moment ago. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readLines() {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // the process was killed; what it had said is kept
        } finally {
            synchronized (lines) {
                ended = true;
                lines.notifyAll();
            }
        }
    }

    /** Waits for a line that contains the text. */
    public String awaitLine(String text) {
        return awaitLine(line -> line.contains(text), "a line with '" + text + "'");
    }

    /** Waits for a line, from the first on, that satisfies the predicate. */
    public String awaitLine(Predicate<String> wanted, String description) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        int next = 0;
        synchronized (lines) {
            while (true) {
                for (; next < lines.size(); next++) {
                    if (wanted.test(lines.get(next))) {
                        return lines.get(next);
                    }
                }
                long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
                if (ended || leftMs <= 0) {
                    throw new AssertionError(name + ": no " + description + " in:\n" + String.join("\n", lines));
                }
                try {
                    lines.wait(leftMs);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** Waits until the process has ended by itself; returns its exit status. */
    public int awaitExit() {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new TimeoutException(name + " did not end; so far:\n" + output());
            }
            synchronized (lines) {
                while (!ended) {
                    lines.wait(LIMIT.toMillis());
                }
            }
            return process.exitValue();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    /** Writes a line to the standard input of the process. */
    public void send(String line) {
        try {
            Writer writer = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
            writer.write(line + "\n");
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything it has printed so far. */
    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /** Process identifier. */
    public long pid() {
        return process.pid();
    }

    /** True until the process has ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by name, such as STOP or KILL. */
    public void signal(String signal) {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + process.pid()).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Kills the process and its descendants as kill -9 does, and waits for the end. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the process to end (SIGTERM) and kills what is left after some seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }
}
