package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A dpros command as a process of its own, of the classes under test. Its output and its crash reports are files in a
 * folder of the test. Closing kills it and its children.
 */
final class DprosProcess implements AutoCloseable {
    /** How long anything may take on a busy machine before a test fails. */
    static final Duration LIMIT = Duration.ofSeconds(120);
    /** What native code, or an exception that nobody caught, leaves on standard error. */
    private static final Pattern CRASH = Pattern.compile("SIG(SEGV|ABRT|BUS)|terminate called|hs_err|fatal error|core dumped"
            + "|Exception in thread|^\\s+at |\\[W|libtorch|c10::", Pattern.MULTILINE);

    private final Path folder;
    private final String name;
    private final Process process;

    private DprosProcess(Path folder, String name, Process process) {
        this.folder = folder;
        this.name = name;
        this.process = process;
    }

    /**
     * Starts {@code dpros arguments...} with signals as from a terminal.
     *
     * @param folder receives the output and, in a folder {@code crashes}, what a crashing Java machine writes
     * @param master for ROS_MASTER_URI; null leaves it unset
     */
    static DprosProcess start(Path folder, URI master, String... arguments) {
        return with(folder, master == null ? Map.of() : Map.of("ROS_MASTER_URI", plain(master)), arguments);
    }

    /** The same in a domain of ROS 2. */
    static DprosProcess inDomain(Path folder, int domain, String... arguments) {
        return with(folder, Map.of("ROS_DOMAIN_ID", Integer.toString(domain)), arguments);
    }

    private static DprosProcess with(Path folder, Map<String, String> ros, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=INT,TERM,HUP"));
        command.addAll(java(folder));
        command.addAll(List.of(arguments));
        try {
            String name = "dpros" + folder.toFile().list().length;
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectOutput(folder.resolve(name + ".out").toFile())
                    .redirectError(folder.resolve(name + ".err").toFile());
            Map<String, String> environment = builder.environment();
            environment.keySet().removeIf(key -> key.startsWith("ROS_"));
            environment.put("OMP_WAIT_POLICY", "passive");
            environment.putAll(ros);
            return new DprosProcess(folder, name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line of the classes under test, without arguments. */
    static List<String> java(Path folder) {
        return List.of(System.getProperty("java.home") + "/bin/java", "-Xmx600m", "-XX:+UseSerialGC", "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1", "-Dai.djl.offline=true", "-Djava.awt.headless=true",
                "-XX:ErrorFile=" + folder + "/crashes/hs_err_%p.log", "-Ddpros.home=" + Path.of("").toAbsolutePath(),
                "-cp", System.getProperty("java.class.path"), "dev.dpros.cli.Main");
    }

    /** As ROS_MASTER_URI is written: without a slash at the end. */
    static String plain(URI master) {
        return master.toString().replaceAll("/$", "");
    }

    /** Standard output so far. */
    String output() {
        return read(folder.resolve(name + ".out"));
    }

    /** Standard error so far. */
    String error() {
        return read(folder.resolve(name + ".err"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a condition holds, or fails with what the process has said. */
    DprosProcess await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs || !process.isAlive()) {
                throw new AssertionError("not " + what + ", alive: " + process.isAlive() + "\n" + output() + error());
            }
            pause(20);
        }
        return this;
    }

    /** Waits for text on standard output or standard error. */
    DprosProcess awaitText(String text) {
        return await("'" + text + "'", () -> output().contains(text) || error().contains(text));
    }

    /** Waits for the end; returns the exit code. */
    int awaitExit() {
        return awaitExit(LIMIT);
    }

    /** Waits for the end at most so long; returns the exit code. */
    int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("did not end within " + limit + "\n" + output() + error());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a signal by name. */
    void signal(String signal) {
        kill(signal, process.pid());
    }

    /** Sends a signal to a process. */
    static void kill(String signal, long pid) {
        try {
            assertEquals(0, new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid).start().waitFor());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one child of the demo: its control node. */
    long child() {
        return process.children().findFirst().orElseThrow(() -> new AssertionError("no child\n" + error())).pid();
    }

    /** Whether it runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Fails if native code crashed or wrote anything. */
    void assertNoCrash() {
        assertFalse(CRASH.matcher(error()).find(), this::error);
        assertFalse(Files.exists(folder.resolve("crashes")) && files(folder.resolve("crashes")) > 0, "crash report of Java");
    }

    private static long files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        awaitExit(RosTool.LIMIT);
    }
}
