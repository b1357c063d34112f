package dev.dpros.cli.bench;

import dev.dpros.bench.SyntheticInput;
import dev.dpros.bench.onnx.OnnxPolicy;
import dev.dpros.bench.onnx.OnnxSession;
import dev.dpros.core.Clock;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.ImageVariant;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NetworkLayout;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A policy's networks here and in ONNX Runtime, on graphs written from the same weights: first their outputs, then their times, in
 * turns on the calling thread: after each chunk of ours, ONNX Runtime does as many encodings, and then denoising steps.
 */
final class PredictVersus implements AutoCloseable {
    /** Bound on the largest difference between float32 outputs, of the largest output. */
    static final double SAME = 1e-4;
    private static final int WARM_UP = 3;

    private final PolicyDefinition definition;
    private final PolicyConfig config;
    private final Clock clock;
    private final Path folder;
    private final List<Rival> rivals = new ArrayList<>();
    private final Turn encode;
    private final Turn step;

    /** One precision of ONNX Runtime on one stage. */
    private record Rival(String stage, String precision, OnnxSession session, Samples times) {}

    /** Ours, then theirs. */
    private static final class Turn implements LatencySink {
        private final Samples ours = new Samples();
        private final List<Rival> theirs = new ArrayList<>();
        private final Clock clock;
        private final int calls;
        private boolean measuring;

        /** @param calls of the network that ours does between two reports */
        Turn(Clock clock, int calls) {
            this.clock = clock;
            this.calls = calls;
        }

        @Override
        public void recordNs(long durationNs) {
            if (!measuring) {
                return;
            }
            ours.recordNs(durationNs);
        }

        /** Theirs, as often as ours ran for one chunk: in a row, as a chunk's steps follow each other. */
        void theirs(int times) {
            for (Rival rival : theirs) {
                for (int time = 0; time < times; time++) {
                    long startNs = clock.monotonicNs();
                    for (int i = 0; i < calls; i++) {
                        rival.session.run();
                    }
                    rival.times.recordNs(clock.monotonicNs() - startNs);
                }
            }
        }
    }

    /** Writes the graphs and loads them. */
    PredictVersus(PolicyDefinition definition, Clock clock, int threads) {
        this.definition = definition;
        this.config = definition.config();
        this.clock = clock;
        encode = new Turn(clock, config.cameras().size());
        step = new Turn(clock, 1);
        OnnxPolicy.requireKnown(definition);
        OnnxSession.requireLibrary();
        try {
            folder = Files.createTempDirectory("dpros-onnx");
        } catch (IOException e) {
            throw cannot(e);
        }
        try {
            for (boolean int8 : new boolean[] {false, true}) {
                add("step", int8, threads, (policy, to) -> OnnxPolicy.denoiser(policy, int8, to));
                if (!config.cameras().isEmpty()) {
                    add("encode", int8, threads, (policy, to) -> OnnxPolicy.encoder(policy, int8, to));
                }
            }
        } catch (IOException e) {
            close();
            throw cannot(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static UncheckedIOException cannot(IOException e) {
        return new UncheckedIOException("the graphs for ONNX Runtime cannot be written: " + e.getMessage(), e);
    }

    private void add(String stage, boolean int8, int threads, BiFunction<PolicyDefinition, Path, Path> writer) throws IOException {
        String precision = int8 ? "int8" : "float32";
        Path own = Files.createDirectory(folder.resolve(stage + "_" + precision));
        Rival rival = new Rival(stage, precision, new OnnxSession(writer.apply(definition, own), threads), new Samples());
        rivals.add(rival);
        (stage.equals("step") ? step : encode).theirs.add(rival);
    }

    /** Measures so many predictions. @return a row per stage and precision */
    List<Map<String, Object>> rows(String name, InferenceOptions options, int runs) {
        InferenceLatency latency = new InferenceLatency(clock, encode, step, LatencySink.NONE);
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options, latency)) {
            policy.warmUp();
            ObservationWindow window = SyntheticInput.window(config);
            Sampling sampling = SyntheticInput.sampling(config);
            Prediction first = policy.predictAction(window, sampling);
            Map<Rival, Double> errors = compare(policy, window, first.globalCond());
            for (int i = 0; i < WARM_UP; i++) {
                rivals.forEach(rival -> rival.session.run());
            }
            encode.measuring = true;
            step.measuring = true;
            for (int i = 0; i < runs; i++) {
                int steps = policy.predictAction(window, sampling).denoisingSteps();
                encode.theirs(1);
                step.theirs(steps);
            }
            List<Map<String, Object>> rows = new ArrayList<>();
            rivals.forEach(rival -> rows.add(row(name, policy.layout(), rival, errors.get(rival))));
            return rows;
        }
    }

    private Map<Rival, Double> compare(DiffusionPolicy policy, ObservationWindow window, float[] conditioning) {
        int values = config.denoisedSteps() * config.denoisedWidth();
        float[] sample = new float[values];
        NoiseSource.seeded(3).initial(sample, 0, values);
        float time = config.scheduler().numTrainTimesteps() / 2f;
        float[] denoised = policy.evaluate(conditioning, sample, time);
        Map<Rival, Double> errors = new LinkedHashMap<>();
        for (Rival rival : rivals) {
            if (rival.stage.equals("step")) {
                rival.session.input(OnnxPolicy.SAMPLE, sample, 1, config.denoisedSteps(), config.denoisedWidth());
                rival.session.input(OnnxPolicy.TIME, new float[] {time}, 1);
                rival.session.input(OnnxPolicy.OBSERVATIONS, conditioning, 1, config.nObsSteps(), config.conditioningPerStep());
                errors.put(rival, difference(denoised, rival.session.run()));
            } else {
                int camera = config.inputs().indexOf(config.cameras().get(0));
                List<Integer> shape = config.cameras().get(0).shape();
                rival.session.input(OnnxPolicy.IMAGE, window.values(camera), config.nObsSteps(), shape.get(0), shape.get(1), shape.get(2));
                errors.put(rival, difference(features(conditioning, camera), rival.session.run()));
            }
        }
        return errors;
    }

    /** What the first camera's images became within the conditioning vector. */
    private float[] features(float[] conditioning, int camera) {
        int width = config.vision().featureDim();
        int column = 0;
        for (int i = 0; i < camera; i++) {
            column += config.inputs().get(i).size();
        }
        float[] features = new float[config.nObsSteps() * width];
        for (int step = 0; step < config.nObsSteps(); step++) {
            System.arraycopy(conditioning, step * config.conditioningPerStep() + column, features, step * width, width);
        }
        return features;
    }

    /** Of the largest value: its scale differs from network to network. */
    private static double difference(float[] ours, float[] theirs) {
        double worst = ours.length == theirs.length ? 0 : Double.POSITIVE_INFINITY;
        double largest = 1e-9;
        for (int i = 0; i < Math.min(ours.length, theirs.length); i++) {
            worst = Math.max(worst, Math.abs((double) ours[i] - theirs[i]));
            largest = Math.max(largest, Math.abs(theirs[i]));
        }
        return worst / largest;
    }

    private Map<String, Object> row(String name, NetworkLayout layout, Rival rival, double error) {
        Samples ours = rival.stage.equals("step") ? step.ours : encode.ours;
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("policy", name);
        row.put("stage", rival.stage);
        row.put("layout", layout.toString());
        row.put("rival", "ONNX Runtime " + rival.session.version() + " " + rival.precision);
        row.put("difference", error);
        boolean exact = rival.precision.equals("float32") && (layout.unet().exact() || rival.stage.equals("encode") && layout.images() == ImageVariant.VECTOR);
        row.put("same", !exact || error <= SAME);
        ours.into(row, "ours_ms");
        rival.times.into(row, "theirs_ms");
        row.put("ratio", ours.medianMs() / rival.times.medianMs());
        return row;
    }

    /** Prints rows as one table. */
    static void print(List<Map<String, Object>> rows, PrintWriter out) {
        out.println("| policy, layout | stage | ours, ms: p50 (min to p99) | beside | its, ms: p50 (min to p99) | ratio | difference of outputs |");
        out.println("|---|---|---|---|---|---|---|");
        for (Map<String, Object> row : rows) {
            out.printf("| %s, %s | %s | %s | %s | %s | %.2f | %.1e%s |%n", row.get("policy"), row.get("layout"), row.get("stage"),
                    times(row, "ours_ms"), row.get("rival"), times(row, "theirs_ms"), number(row, "ratio"), number(row, "difference"),
                    row.get("same").equals(true) ? "" : " NOT THE SAME");
        }
        out.flush();
    }

    private static String times(Map<String, Object> row, String name) {
        return String.format("%.3g (%.3g to %.3g)", number(row, name + "_p50"), number(row, name + "_min"), number(row, name + "_p99"));
    }

    private static double number(Map<String, Object> row, String name) {
        return ((Number) row.get(name)).doubleValue();
    }

    @Override
    public void close() {
        rivals.forEach(rival -> rival.session.close());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw cannot(e);
        }
    }
}
