package dev.dpros.node.trace;

import dev.dpros.config.TraceSection;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.TickReport;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.Clock;
import dev.dpros.core.SourceLabel;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.node.observer.NodeObserver;
import dev.dpros.observation.ObservationInput;
import dev.dpros.recording.trace.TraceFile;
import dev.dpros.recording.trace.TraceFile.LaneSpec;
import dev.dpros.recording.trace.TraceLane;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what a control node does into its trace, if it has one: each stage on its own thread into a lane of its own.
 * The control thread and the sources' threads neither wait nor allocate.
 */
public final class NodeTrace implements NodeObserver, AutoCloseable {
    static final String CONTROL = "control";
    static final String SAMPLER = "sampler";
    static final String GOALS = "goals";
    static final String SOURCE = "source ";
    static final int BEGUN = 3;
    static final int STEP = 4;
    static final int FINISHED = 5;
    static final int FAILED = 6;
    static final int SAMPLE = 7;
    private static final int SAMPLER_WORDS = 6;
    private static final int SAMPLE_WORDS = 3;

    private final Clock clock;
    private final TraceFile file;
    private final TraceLane control;
    private final TraceLane sampler;
    private final TraceLane goals;
    private long publishedNs;
    private SafetyState state;
    private SafetyEvent reason;
    private int reasonSource;
    private int leftDim = -1;

    private NodeTrace(Clock clock, TraceFile file) {
        this.clock = clock;
        this.file = file;
        control = file == null ? null : file.lane(CONTROL);
        sampler = file == null ? null : file.lane(SAMPLER);
        goals = file == null ? null : file.lane(GOALS);
    }

    /**
     * Opens the trace that the configuration asks for, and follows the sources.
     *
     * @param inputs the setup's sources
     * @return a trace; one that writes nothing if none is asked for
     * @throws dev.dpros.core.InputException if the file cannot be created
     */
    public static NodeTrace open(TraceSection config, TraceSetup setup, List<ObservationInput> inputs, Clock clock) {
        if (config.file().isEmpty()) {
            return new NodeTrace(clock, null);
        }
        ControlConfig loop = setup.control();
        int tickWords = TickRecord.words(loop.dims(), setup.sources().size());
        List<LaneSpec> lanes = new ArrayList<>();
        lanes.add(new LaneSpec(CONTROL, Math.max(tickWords, TickRecord.chunkWords(loop.dims(), loop.chunkSteps())), 10));
        lanes.add(new LaneSpec(SAMPLER, SAMPLER_WORDS, 1));
        lanes.add(new LaneSpec(GOALS, GoalRecord.MOST_WORDS, 0.1));
        List<String> names = SourceLabel.numbered(inputs.stream().map(input -> input.health().name()).toList());
        names.forEach(name -> lanes.add(new LaneSpec(SOURCE + name, SAMPLE_WORDS, 0.5)));
        TraceFile file = TraceFile.create(Path.of(config.file()), setup, lanes, config.megabytes());
        for (int i = 0; i < inputs.size(); i++) {
            follow(inputs.get(i), file.lane(SOURCE + names.get(i)));
        }
        return new NodeTrace(clock, file);
    }

    private static void follow(ObservationInput input, TraceLane lane) {
        input.statistics().report((stampNs, receivedNs, preparationNs) -> {
            lane.begin(SAMPLE, SAMPLE_WORDS);
            lane.putLong(stampNs);
            lane.putLong(receivedNs);
            lane.putLong(preparationNs);
            lane.commit();
        });
    }

    @Override
    public void published(long startNs, long endNs) {
        publishedNs = endNs;
    }

    @Override
    public void ticked(TickReport report) {
        if (control != null) {
            if (report.state != state || report.reason != reason || report.reasonSource != reasonSource) {
                state = report.state;
                reason = report.reason;
                reasonSource = report.reasonSource;
                TickRecord.writeCause(control, report);
            }
            if (report.leftDim >= 0 && leftDim < 0) {
                TickRecord.writeLeft(control, report);
            }
            leftDim = report.leftDim;
            TickRecord.write(control, report, publishedNs, clock.monotonicNs());
        }
    }

    @Override
    public void begun(SamplingGuide.Request request) {
        if (sampler != null) {
            note(BEGUN, request.id(), request.requestNs(), request.deadlineNs(), request.window().stampNs, request.executedSteps());
        }
    }

    @Override
    public void stepped(SamplingGuide.Request request, int index, int count, int timestep, boolean goesOn) {
        if (sampler != null) {
            note(STEP, request.id(), index, count, timestep, goesOn ? 1 : 0);
        }
    }

    /** One record: what, id, now, then values. An abandoned sampler's thread may still write beside its successor's. */
    private synchronized void note(int type, long id, long a, long b, long c, long d) {
        sampler.begin(type, SAMPLER_WORDS);
        sampler.putLong(id);
        sampler.putLong(clock.monotonicNs());
        sampler.putLong(a);
        sampler.putLong(b);
        sampler.putLong(c);
        sampler.putLong(d);
        sampler.commit();
    }

    @Override
    public void chunk(ActionChunk chunk) {
        if (sampler != null) {
            note(FINISHED, chunk.id(), chunk.observationStampNs(), chunk.denoisingSteps(), chunk.origin().ordinal(), 0);
        }
    }

    @Override
    public void failed(long requestId) {
        if (sampler != null) {
            note(FAILED, requestId, 0, 0, 0, 0);
        }
    }

    /** A goal has begun or ended. Any thread. */
    public synchronized void noted(GoalRecord goal) {
        if (goals != null) {
            goal.write(goals);
        }
    }

    /** Brings the file up to date now, which otherwise happens every {@value TraceFile#FLUSH_MS} ms. Blocks on the disk. */
    public void flush() {
        if (file != null) {
            file.flush();
        }
    }

    /** Brings the file up to date and ends its writer. After the threads that write. */
    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
