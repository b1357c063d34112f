package dev.dpros.datasets;

import dev.dpros.core.InputException;
import java.util.List;

/** One column of a data set on the grid: a field of one source, or a vector whose values come from several. One thread. */
final class AlignedColumn {
    private final DatasetLayout.Field layout;
    private final List<AlignedField> fields;
    private final int size;
    private float[] values = new float[0];

    /** @throws InputException if the sources do not have the values that their places are for */
    AlignedColumn(DatasetLayout.Field layout, List<AlignedField> fields) {
        this.layout = layout;
        this.fields = List.copyOf(fields);
        for (int i = 0; i < layout.parts().size(); i++) {
            int wanted = layout.parts().get(i).at().size();
            if (fields.get(i).size() != wanted) {
                throw InputException.of(layout.key(), layout.parts().get(i).path(), wanted + " values", fields.get(i).size() + " values", "");
            }
        }
        size = layout.visual() ? 0 : fields.stream().mapToInt(AlignedField::size).sum();
    }

    /** Of each source. */
    List<AlignedField> fields() {
        return fields;
    }

    /** The only one: of pictures there is no other. */
    AlignedField only() {
        return fields.get(0);
    }

    int size() {
        return size;
    }

    /** The first instant at which every source has a sample. */
    long firstNs() {
        return fields.stream().mapToLong(AlignedField::firstNs).max().orElseThrow();
    }

    /** The last at which every source still had one. */
    long lastNs() {
        return fields.stream().mapToLong(AlignedField::lastNs).min().orElseThrow();
    }

    /** Writes the vector at a stamp. */
    void vector(long stampNs, float[] out, int offset) {
        if (layout.parts().isEmpty()) {
            only().vector(stampNs, out, offset);
            return;
        }
        for (int i = 0; i < fields.size(); i++) {
            List<Integer> at = layout.parts().get(i).at();
            values = values.length == at.size() ? values : new float[at.size()];
            fields.get(i).vector(stampNs, values, 0);
            for (int d = 0; d < values.length; d++) {
                out[offset + at.get(d)] = values[d];
            }
        }
    }
}
