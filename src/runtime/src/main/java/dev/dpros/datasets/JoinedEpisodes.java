package dev.dpros.datasets;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Data sets of the same columns, one after the other, as one. One thread; closes them all. */
public final class JoinedEpisodes implements EpisodeDataset {
    private final List<EpisodeDataset> parts;
    private final int[] ends;

    /** Joins data sets that are open. @throws InputException if their columns, frequency or robot differ */
    public JoinedEpisodes(List<? extends EpisodeDataset> parts) {
        this.parts = List.copyOf(parts);
        ends = new int[parts.size()];
        EpisodeDataset first = parts.get(0);
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            EpisodeDataset part = parts.get(i);
            require(part, "columns", first.features(), part.features(), first);
            require(part, "texts", first.texts(), part.texts(), first);
            require(part, "forms of texts", textForms(first), textForms(part), first);
            require(part, "frequency", first.fps(), part.fps(), first);
            require(part, "robot", first.robot(), part.robot(), first);
            end += part.episodes();
            ends[i] = end;
        }
    }

    private static void require(EpisodeDataset part, String what, Object expected, Object found, EpisodeDataset first) {
        if (!expected.equals(found)) {
            throw InputException.of(part.name(), what, expected + ", as in " + first.name(), found.toString(), "");
        }
    }

    private int part(int index) {
        int part = 0;
        while (index >= ends[part]) {
            part++;
        }
        return part;
    }

    private int within(int part, int index) {
        return part == 0 ? index : index - ends[part - 1];
    }

    private List<String> all(Function<EpisodeDataset, List<String>> lines) {
        List<String> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(lines.apply(part)));
        return all;
    }

    @Override
    public String name() {
        return parts.get(0).name();
    }

    @Override
    public List<DatasetFeature> features() {
        return parts.get(0).features();
    }

    @Override
    public List<String> texts() {
        return parts.get(0).texts();
    }

    private static List<TextForm> textForms(EpisodeDataset part) {
        return IntStream.range(0, part.texts().size()).mapToObj(part::textForm).toList();
    }

    @Override
    public TextForm textForm(int column) {
        return parts.get(0).textForm(column);
    }

    @Override
    public boolean truth(int feature) {
        return parts.get(0).truth(feature);
    }

    @Override
    public String storedName(int feature) {
        return parts.get(0).storedName(feature);
    }

    @Override
    public double fps() {
        return parts.get(0).fps();
    }

    @Override
    public String robot() {
        return parts.get(0).robot();
    }

    @Override
    public int episodes() {
        return ends[ends.length - 1];
    }

    @Override
    public String reading() {
        return parts.stream().map(EpisodeDataset::reading).toList().toString();
    }

    @Override
    public List<String> leftOut() {
        return all(EpisodeDataset::leftOut);
    }

    @Override
    public List<String> contradictions() {
        return all(EpisodeDataset::contradictions);
    }

    @Override
    public List<String> faults() {
        return all(EpisodeDataset::faults);
    }

    @Override
    public String label(int index) {
        int part = part(index);
        return parts.get(part).name() + ": " + parts.get(part).label(within(part, index));
    }

    @Override
    public Episode episode(int index) {
        int part = part(index);
        return parts.get(part).episode(within(part, index));
    }

    @Override
    public void close() {
        parts.forEach(EpisodeDataset::close);
    }
}
