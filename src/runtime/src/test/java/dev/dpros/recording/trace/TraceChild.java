package dev.dpros.recording.trace;

import dev.dpros.core.InputException;
import dev.dpros.recording.trace.TraceFile.LaneSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that writes a trace until its standard input ends, for {@link TraceSurvivalTest}. A line says how many records
 * were in the file for certain.
 */
final class TraceChild {
    static final List<LaneSpec> LANES = List.of(new LaneSpec("a", 4, 1), new LaneSpec("b", 4, 1));
    static final int PER_LINE = 50;

    private TraceChild() {}

    static void append(TraceLane lane, long from, long to) {
        for (long i = from; i <= to; i++) {
            lane.begin(1, 1);
            lane.putLong(i);
            lane.commit();
        }
    }

    public static void main(String[] args) throws IOException {
        TraceFile trace;
        try {
            trace = TraceFile.create(Path.of(args[0]), "setup", LANES, 2);
        } catch (InputException e) {
            System.out.println("refused " + e.getMessage());
            System.exit(2);
            return;
        }
        Thread end = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    continue;
                }
            } catch (IOException e) {
                // the end, too
            }
            trace.close();
            System.exit(0);
        });
        end.setDaemon(true);
        end.start();
        for (long n = 0; ; n += PER_LINE) {
            append(trace.lane("a"), n + 1, n + PER_LINE);
            if (trace.flush()) {
                System.out.println("records " + (n + PER_LINE));
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
