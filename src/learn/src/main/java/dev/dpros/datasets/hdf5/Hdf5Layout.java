package dev.dpros.datasets.hdf5;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What every layout of HDF5 has: columns, those that were left out, and what is wrong. One thread. */
abstract class Hdf5Layout implements EpisodeDataset {
    private final Path path;
    private final List<Hdf5Column> columns = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    /** @param path what was asked for: a file, or their folder */
    Hdf5Layout(Path path) {
        this.path = path;
    }

    /** Adds a column; one that cannot be read is left out, or a fault. */
    final void add(Supplier<Hdf5Column> column) {
        try {
            columns.add(column.get());
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            (Hdf5File.unsupported(e) ? leftOut : faults).add(e.getMessage());
        }
    }

    final void leaveOut(String line) {
        leftOut.add(line);
    }

    final void fault(String line) {
        faults.add(line);
    }

    /** The columns, in order. */
    final List<Hdf5Column> columns() {
        return columns;
    }

    @Override
    public final String name() {
        return path.toString();
    }

    @Override
    public final List<DatasetFeature> features() {
        return columns.stream().map(Hdf5Column::feature).toList();
    }

    @Override
    public final String storedName(int feature) {
        return columns.get(feature).stored();
    }

    @Override
    public final List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    @Override
    public final List<String> faults() {
        return List.copyOf(faults);
    }
}
