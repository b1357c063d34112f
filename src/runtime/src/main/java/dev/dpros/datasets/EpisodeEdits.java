package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is to change in a data set: episodes by their place, times in seconds from their beginning. One thread. */
public final class EpisodeEdits {
    /** Where a whole episode ends. */
    static final double END = Double.MAX_VALUE;

    private final Set<Integer> dropped = new TreeSet<>();
    private final Map<Integer, double[]> trims = new HashMap<>();
    private final Map<Integer, TreeSet<Double>> splits = new HashMap<>();
    private final Map<Integer, Boolean> labels = new HashMap<>();
    private final Map<Integer, String> tasks = new HashMap<>();
    private final Map<String, String> renamed = new HashMap<>();

    /**
     * What is known of an episode before.
     *
     * @param seconds how long it is
     * @param task its text
     * @param success its label, or null
     */
    public record Facts(double seconds, String task, Boolean success) {}

    /**
     * An episode of the result.
     *
     * @param episode place of the one that it is made of
     * @param fromS where it begins in it
     * @param toS where it ends in it, not included
     * @param part 1, 2 ... among those made of the same one; 0 if it is all of it
     * @param task its text
     * @param success its label, or null
     */
    public record Piece(int episode, double fromS, double toS, int part, String task, Boolean success) {
        /** Its identifier: another stretch has another, whichever edit made it. @param whole that of the one that it is made of */
        String id(String whole) {
            return part == 0 ? whole : whole + "-" + fromS + ".." + (toS == END ? "" : toS);
        }
    }

    /** Leaves an episode out. */
    public void drop(int episode) {
        dropped.add(episode);
    }

    /** Keeps a stretch of an episode alone. */
    public void trim(int episode, double fromS, double toS) {
        trims.put(episode, new double[] {fromS, toS});
    }

    /** Makes two of an episode. */
    public void split(int episode, double atS) {
        splits.computeIfAbsent(episode, key -> new TreeSet<>()).add(atS);
    }

    /** Labels an episode. @param success null takes its label away */
    public void label(int episode, Boolean success) {
        labels.put(episode, success);
    }

    /** Gives an episode a task. */
    public void task(int episode, String text) {
        tasks.put(episode, text);
    }

    /** Gives all episodes of a task another one, which others may have already. */
    public void rename(String task, String text) {
        renamed.put(task, text);
    }

    /** The episodes of the result, in order. @throws InputException if an edit is of no episode, time or task that is there, or none is left */
    public List<Piece> plan(List<Facts> episodes) {
        require(episodes);
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < episodes.size(); i++) {
            if (!dropped.contains(i)) {
                pieces.addAll(pieces(i, episodes.get(i)));
            }
        }
        if (pieces.isEmpty()) {
            throw InputException.of("--drop", "episodes", "at least one that is left", "all " + episodes.size() + " dropped", "");
        }
        return pieces;
    }

    private void require(List<Facts> episodes) {
        Set<Integer> edited = new HashSet<>(trims.keySet());
        edited.addAll(splits.keySet());
        edited.addAll(labels.keySet());
        edited.addAll(tasks.keySet());
        Set<Integer> both = new TreeSet<>(edited);
        both.retainAll(dropped);
        if (!both.isEmpty()) {
            throw InputException.of("--drop", "episodes", "no other edit of them", "edits of " + both + ", which are dropped", "");
        }
        edited.addAll(dropped);
        if (edited.isEmpty() && renamed.isEmpty()) {
            throw InputException.of("dataset edit", "edits", "at least one of --drop, --trim, --split, --label, --task, --rename-task", "none", "");
        }
        for (int episode : edited) {
            if (episode >= episodes.size()) {
                throw InputException.of("dataset edit", "episode", "0 to " + (episodes.size() - 1), String.valueOf(episode), "");
            }
        }
        Set<String> known = episodes.stream().map(Facts::task).collect(Collectors.toCollection(TreeSet::new));
        for (String task : renamed.keySet()) {
            if (!known.contains(task)) {
                throw new InputException("--rename-task: no episode has the task '" + task + "'" + NearestName.hint(task, known));
            }
        }
    }

    private List<Piece> pieces(int episode, Facts facts) {
        double[] trim = trims.getOrDefault(episode, new double[] {0, END});
        if (trim[0] >= facts.seconds()) {
            throw InputException.of("--trim", "episode " + episode, "a beginning before its end at " + facts.seconds() + " s", trim[0] + " s", "");
        }
        double end = trim[1] > facts.seconds() ? END : trim[1];
        List<Double> bounds = new ArrayList<>(List.of(trim[0]));
        for (double at : splits.getOrDefault(episode, new TreeSet<>())) {
            if (at <= trim[0] || at >= Math.min(end, facts.seconds())) {
                throw InputException.of("--split", "episode " + episode, "a time within " + trim[0] + " to " + Math.min(end, facts.seconds()) + " s",
                        at + " s", "");
            }
            bounds.add(at);
        }
        bounds.add(end);
        String task = tasks.getOrDefault(episode, renamed.getOrDefault(facts.task(), facts.task()));
        Boolean success = labels.containsKey(episode) ? labels.get(episode) : facts.success();
        boolean whole = bounds.size() == 2 && trim[0] == 0 && end == END;
        List<Piece> pieces = new ArrayList<>();
        for (int i = 1; i < bounds.size(); i++) {
            pieces.add(new Piece(episode, bounds.get(i - 1), bounds.get(i), whole ? 0 : i, task, success));
        }
        return pieces;
    }
}
