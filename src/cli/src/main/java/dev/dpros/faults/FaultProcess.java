package dev.dpros.faults;

import dev.dpros.core.InputException;
import dev.dpros.core.TransportProvider;
import dev.dpros.process.ChildJvm;
import dev.dpros.process.TemporaryFile;
import dev.dpros.recording.trace.TraceReader;
import dev.dpros.recording.trace.TraceRecord;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A control node in a process of its own, as {@code dpros run} starts it, with a trace of 1 MB. Confined to one thread. */
final class FaultProcess implements AutoCloseable {
    private static final long REFUSED_WITHIN_MS = 60_000;
    private static final String LANE = "control";

    private final List<String> arguments;
    private final Map<String, String> environment;
    private final TemporaryFile trace;
    private ChildJvm child;

    /** Starts it, as node {@code /dpros}. */
    FaultProcess(TransportProvider provider, Path config, Map<String, String> environment) throws IOException {
        this.environment = environment;
        trace = new TemporaryFile("dpros-faults-", ".trace");
        arguments = new ArrayList<>(List.of("run", "--config", config.toString(), "--transport", provider.name(), "--trace",
                trace.path().toString()));
        arguments.addAll(provider.argumentsFor("dpros", Map.of("node/autostart", "false", "metrics/enabled", "false", "trace/megabytes", "1")));
        start();
    }

    private ChildJvm start(ProcessBuilder.Redirect errors, String... more) throws IOException {
        Files.deleteIfExists(trace.path());
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return ChildJvm.start(all, environment, errors);
    }

    /** Starts it, again after {@link #kill} or {@link #end}. @param more of the middleware's arguments */
    void start(String... more) throws IOException {
        child = start(ProcessBuilder.Redirect.INHERIT, more);
    }

    /** Whether it runs. */
    boolean alive() {
        return child.alive();
    }

    /** Kills it with SIGKILL. */
    void kill() {
        child.kill();
    }

    /** Ends it with SIGTERM. */
    void end() {
        child.close();
    }

    /**
     * Starts it, expecting that it ends by itself; its exit code and all that it said, or that it went on. What the JVM says of its own
     * incubating module before anything runs is left out.
     */
    String startInVain(String... more) throws IOException, InterruptedException {
        try (TemporaryFile errors = new TemporaryFile("dpros-faults-", ".txt");
                ChildJvm vain = start(ProcessBuilder.Redirect.to(errors.path().toFile()), more)) {
            String end = vain.endsWithin(REFUSED_WITHIN_MS) ? "exit code " + vain.exitCode() : "it went on";
            return end + ": " + Files.readString(errors.path()).replaceFirst("^WARNING: Using incubator modules: .*\\R", "").strip();
        }
    }

    /** Cuts its trace's file off, as another program may. */
    void truncateTrace() throws IOException {
        try (FileChannel channel = FileChannel.open(trace.path(), StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    /** Limits the size of every file that it writes: writes beyond are refused, as by a full disk. @param bytes or {@code unlimited} */
    void limitFiles(String bytes) throws IOException, InterruptedException {
        Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()), "--fsize=" + bytes + ":unlimited")
                .redirectErrorStream(true).start();
        String said = new String(prlimit.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (prlimit.waitFor() != 0) {
            throw new IllegalStateException("faults: prlimit: " + said);
        }
    }

    /** Number of the newest tick or chunk in its trace; -1 if the file cannot be read, or some are missing in between. */
    long newestInTrace() {
        try {
            List<TraceRecord> records = TraceReader.read(trace.path()).records(LANE);
            long newest = records.isEmpty() ? -1 : records.get(records.size() - 1).sequence();
            return records.isEmpty() || newest - records.get(0).sequence() + 1 != records.size() ? -1 : newest;
        } catch (InputException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        child.close();
        trace.close();
    }
}
