package dev.dpros.datasets.hdf5;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DatasetFeature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * robomimic's file: {@code data/demo_N} with {@code actions}, {@code actions_abs} and {@code obs/*}; {@code mask/*} list episodes
 * by name. The first episode says which columns there are. One thread.
 */
final class RobomimicDataset extends Hdf5Layout {
    private static final String DEMO = "demo_";
    private static final String ACTIONS = "actions";
    private static final String ABSOLUTE = "actions_abs";
    /** robosuite's default. */
    private static final double USUAL_HZ = 20;

    private final Path path;
    private final Hdf5File file;
    private final List<Demo> demos = new ArrayList<>();
    private final Map<String, Set<String>> masks = new TreeMap<>();
    private final JsonNode environment;
    private final double fps;

    /** A demonstration: its group's name, its steps, and why it cannot be read, or null. */
    private record Demo(String name, int length, InputException damage) {}

    /** @param fps its frequency if the file does not tell, or null for robosuite's usual one */
    RobomimicDataset(Path path, Hdf5File file, Double fps) {
        super(path);
        this.path = path;
        this.file = file;
        environment = environment();
        double told = environment.path("env_kwargs").path("control_freq").asDouble();
        this.fps = told > 0 && told <= 10_000 ? told : fps == null ? USUAL_HZ : fps;
        readDemos();
        String first = "data/" + firstWhole().name() + "/";
        add(() -> column(first, ACTIONS, "action", FeatureSpec.Kind.ACTION));
        if (file.isArray(first + ABSOLUTE)) {
            add(() -> column(first, ABSOLUTE, "action_abs", FeatureSpec.Kind.ACTION));
        }
        for (String name : sorted(file.names(first + "obs"))) {
            add(() -> column(first, "obs/" + name, name, FeatureSpec.Kind.STATE));
        }
        file.names(first).stream().filter(name -> !List.of(ACTIONS, ABSOLUTE, "obs").contains(name)).sorted()
                .forEach(name -> leaveOut(file.where("data/demo_N/" + name) + ": no column of it is read"));
        readMasks();
    }

    /** Whether a file is one. */
    static boolean is(Hdf5File file) {
        return file.isGroup("data") && file.names("data").stream().anyMatch(name -> name.startsWith(DEMO));
    }

    private static List<String> sorted(List<String> names) {
        return names.stream().sorted().toList();
    }

    /** What the file says of the simulator; nothing if it does not. */
    private JsonNode environment() {
        String told = file.attribute("data", "env_args");
        try {
            return told == null ? MissingNode.getInstance() : new ObjectMapper().readTree(told);
        } catch (JsonProcessingException e) {
            fault(file.where("data") + ": env_args: expected JSON, found " + e.getOriginalMessage().lines().findFirst().orElse(""));
            return MissingNode.getInstance();
        }
    }

    private void readDemos() {
        int empty = 0;
        for (String name : file.names("data").stream().sorted(Comparator.comparingInt(RobomimicDataset::number)).toList()) {
            if (number(name) < 0) {
                leaveOut(file.where("data/" + name) + ": no demonstration (" + DEMO + "N)");
                continue;
            }
            Demo demo = demo(name);
            if (demo.damage() == null && demo.length() == 0) {
                empty++;
            } else {
                demos.add(demo);
            }
        }
        if (empty > 0) {
            fault(file.where("data") + ": " + empty + (empty == 1 ? " demonstration" : " demonstrations") + " without a step, left out");
        }
        if (demos.isEmpty()) {
            throw InputException.of(file.where("data"), "demonstrations", "at least one with steps", "none", "");
        }
    }

    private Demo demo(String name) {
        try {
            return new Demo(name, file.array("data/" + name + "/" + ACTIONS).rows(), null);
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            return new Demo(name, 0, e);
        }
    }

    private Demo firstWhole() {
        return demos.stream().filter(demo -> demo.damage() == null).findFirst().orElseThrow(() -> demos.get(0).damage());
    }

    /** A demonstration's number; -1 for another name. */
    private static int number(String name) {
        return name.matches(DEMO + "\\d{1,9}") ? Integer.parseInt(name.substring(DEMO.length())) : -1;
    }

    /** A column; names get the place that the other formats give them. */
    private Hdf5Column column(String group, String inside, String name, FeatureSpec.Kind kind) {
        boolean action = kind == FeatureSpec.Kind.ACTION;
        Hdf5Column column = Hdf5Column.of(file, group, inside, action ? name : "observation." + name, kind, false);
        DatasetFeature feature = column.feature();
        return !feature.visual() ? column : new Hdf5Column(inside, name,
                new DatasetFeature("observation.images." + name, feature.kind(), feature.shape(), feature.names()), column.form());
    }

    private void readMasks() {
        Set<String> known = new HashSet<>(demos.stream().map(Demo::name).toList());
        for (String name : sorted(file.names("mask"))) {
            try {
                List<String> listed = file.texts("mask/" + name);
                masks.put(name, Set.copyOf(listed));
                listed.stream().filter(demo -> !known.contains(demo)).findFirst().ifPresent(demo -> fault(file.where("mask/" + name)
                        + ": expected names of demonstrations with steps, found '" + demo + "'"));
            } catch (InputException e) {
                OpenFiles.rethrow(e);
                fault(e.getMessage());
            }
        }
    }

    @Override
    public double fps() {
        return fps;
    }

    @Override
    public String robot() {
        JsonNode robots = environment.path("env_kwargs").path("robots");
        return robots.isArray() ? robots.path(0).asText("") : robots.asText("");
    }

    @Override
    public int episodes() {
        return demos.size();
    }

    @Override
    public Set<String> masks() {
        return masks.keySet();
    }

    /** {@code num_samples} of each demonstration, {@code total} of all. */
    @Override
    public List<String> contradictions() {
        List<String> lines = new ArrayList<>();
        long steps = 0;
        for (Demo demo : demos) {
            if (demo.damage() == null) {
                differ(lines, "data/" + demo.name(), "num_samples", demo.length(), "the rows of its actions");
            }
            steps += demo.length();
        }
        if (demos.stream().allMatch(demo -> demo.damage() == null)) {
            differ(lines, "data", "total", steps, "the steps of all demonstrations");
        }
        return lines;
    }

    private void differ(List<String> lines, String group, String attribute, long held, String what) {
        String told = file.attribute(group, attribute);
        if (told != null && !told.equals(String.valueOf(held))) {
            lines.add(file.where(group) + ": " + attribute + ": expected " + held + ", " + what + ", found " + told.lines().findFirst().orElse(""));
        }
    }

    @Override
    public String label(int index) {
        return demos.get(index).name();
    }

    @Override
    public Episode episode(int index) {
        Demo demo = demos.get(index);
        if (demo.damage() != null) {
            throw demo.damage();
        }
        Set<String> in = new HashSet<>(masks.keySet());
        in.removeIf(name -> !masks.get(name).contains(demo.name()));
        String usual = path.getFileName() + "/" + demo.name() + "/" + demo.length();
        return new Hdf5Episode(file, "data/" + demo.name() + "/", columns(), new Hdf5Episode.Facts(
                usual, demo.length(), "", in), false).labelled(Map.of("reward", "rewards", "done", "dones"));
    }

    @Override
    public void close() {
        file.close();
    }
}
