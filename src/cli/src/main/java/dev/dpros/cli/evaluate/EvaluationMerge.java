package dev.dpros.cli.evaluate;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.process.JsonFile;
import dev.dpros.shard.ShardPart;
import dev.dpros.shard.ShardSet;
import dev.dpros.study.DelayOutcome;
import dev.dpros.study.DelayReport;
import dev.dpros.study.DelayResult;
import dev.dpros.training.EvaluationReport;
import dev.dpros.training.PushTEvaluation.Episode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Makes what one run of {@code dpros eval} would have written of its parts. Stateless. */
public final class EvaluationMerge {
    /** Scores by the reference's protocol. */
    public static final String EVAL = "eval";
    /** Scores of a robot that is driven while inference takes time. */
    public static final String STUDY = "study";

    private EvaluationMerge() {}

    /** A part's episodes of one configuration of a study. */
    record Delayed(String strategy, double latencyMs, List<DelayOutcome> episodes) {
        /** Copies the list. */
        Delayed {
            episodes = List.copyOf(episodes);
        }

        DelayResult result() {
            return DelayResult.of(strategy, latencyMs, episodes);
        }
    }

    /** A part of a study. @param header of this part */
    record Study(DelayReport.Header header, List<Delayed> results) {
        /** Copies the list. */
        Study {
            Objects.requireNonNull(header);
            results = List.copyOf(results);
        }
    }

    /** Neighbouring seeds as {@code --seeds} takes them; empty for none. */
    static String text(List<Long> seeds) {
        return seeds.isEmpty() ? "" : seeds.get(0) + ".." + seeds.get(seeds.size() - 1);
    }

    /** Merges parts of {@link #EVAL}. */
    public static int eval(ShardSet parts, Path target, PrintWriter out, Progress progress) {
        List<Episode> episodes = new ArrayList<>();
        List<Episode> train = new ArrayList<>();
        double seconds = 0;
        EvaluationReport.About about = null;
        for (ShardPart part : parts.parts()) {
            EvaluationReport report = result(part, EvaluationReport.class);
            requireSeeds(part, "seeds", report.episodes(), Episode::seed);
            requireSeeds(part, "train_seeds", report.train(), Episode::seed);
            episodes.addAll(report.episodes());
            train.addAll(report.train());
            seconds += report.seconds();
            about = about == null ? report.about() : about;
        }
        EvaluationReport whole = new EvaluationReport(about, episodes, train, seconds);
        JsonFile.write(target, whole.tree());
        whole.lines().forEach(out::println);
        return 0;
    }

    /** Merges parts of {@link #STUDY}. */
    public static int study(ShardSet parts, Path target, PrintWriter out, Progress progress) {
        List<Study> studies = new ArrayList<>();
        for (ShardPart part : parts.parts()) {
            Study study = result(part, Study.class);
            if (study.results().size() != part.work().path("delays").size()) {
                throw damaged(part, "results", part.work().path("delays").size() + " configurations", String.valueOf(study.results().size()));
            }
            study.results().forEach(delayed -> requireSeeds(part, "seeds", delayed.episodes(), DelayOutcome::seed));
            studies.add(study);
        }
        Study first = studies.get(0);
        DelayReport.Header header = first.header();
        int seeds = studies.stream().mapToInt(study -> study.header().seeds()).sum();
        DelayReport report = new DelayReport(new DelayReport.Header(header.policy(), header.scheduler(), header.denoisingSteps(), seeds),
                out);
        report.begin();
        for (int i = 0; i < first.results().size(); i++) {
            int place = i;
            List<DelayOutcome> episodes = studies.stream().flatMap(study -> study.results().get(place).episodes().stream()).toList();
            report.add(new Delayed(first.results().get(i).strategy(), first.results().get(i).latencyMs(), episodes).result());
        }
        report.write(null, target);
        return 0;
    }

    private static <T> T result(ShardPart part, Class<T> type) {
        try {
            return Objects.requireNonNull(JsonFile.as(part.result(), type));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw damaged(part, "result", "what eval --shard wrote", String.valueOf(e.getMessage()).lines().findFirst().orElse("nothing"));
        }
    }

    /** Whether a part has the episodes that are its to have. */
    private static <T> void requireSeeds(ShardPart part, String field, List<T> episodes, Function<T, Long> seed) {
        String all = part.work().path(field).asText();
        List<Long> expected = all.isEmpty() ? List.of() : part.shard().of(EvalCommand.range(part.file() + ": " + field, all));
        List<Long> found = episodes.stream().map(seed).toList();
        if (!found.equals(expected)) {
            throw damaged(part, field, "'" + text(expected) + "'", found.size() + " others");
        }
    }

    private static InputException damaged(ShardPart part, String what, String expected, String found) {
        return InputException.of(part.file().toString(), what, expected, found, "remove it and run --shard " + part.shard() + " again");
    }
}
