#!/usr/bin/env bash
# jHDF: rows of an HDF5 data set that were never written
#
# Good guess: they hold the data set's fill value, as HDF5 promises and h5py shows; jHDF knows it, getFillValue() returns it.
# Really: the fill value is there up to the end of a chunk that was begun, since it lies in the file, and from the next chunk on all is 0.
# A success label of -1 (unknown) becomes 0 (failed), a force of NaN (no sensor) becomes 0 N, and only some rows.
# A data set of which nothing was written is null.
# Remedy: ask for each chunk (getRawChunkBuffer fails where there is none) and fill in getFillValue().
# Meets: whoever reads demonstrations in Java; columns that are made in full length and filled in for some episodes.
#
# Versions: io.jhdf:jhdf 0.13.0 (Maven Central), python3-h5py 3.7.0-8 (Debian 12). Seen on 2026-11-30, 8 rows, chunks of 2,
# 3 rows written:
#| h5py  /force, fill value nan    1.0 1.0 1.0 nan nan nan nan nan
#| jHDF  /force, fill value NaN    1.0 1.0 1.0 NaN 0.0 0.0 0.0 0.0
#| h5py  /label, fill value -1     1 1 1 -1 -1 -1 -1 -1
#| jHDF  /label, fill value -1     1 1 1 -1 0 0 0 0
#| h5py  /later, fill value -1     -1 -1 -1 -1 -1 -1 -1 -1
#| jHDF  /later, fill value -1     null
. "$(dirname "$0")/common.bash"
jars io.jhdf:jhdf:0.13.0
debs python3-h5py=3.7.0-8

cat >"$tmp/demonstrations.py" <<'P'
import sys
import h5py
with h5py.File(sys.argv[1], 'w') as file:
    for name, type, fill, written in ('force', 'f4', float('nan'), 3), ('label', 'i4', -1, 3), ('later', 'i4', -1, 0):
        dataset = file.create_dataset(name, (8,), dtype=type, chunks=(2,), fillvalue=fill)
        if written:
            dataset[:written] = 1
        print('h5py  /%s, fill value %-5s  %s' % (name, dataset.fillvalue, ' '.join(str(row) for row in dataset[:])))
P
cat >"$tmp/Demonstrations.java" <<'J'
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import java.lang.reflect.Array;
import java.nio.file.Path;

class Demonstrations {
    public static void main(String[] args) {
        try (HdfFile file = new HdfFile(Path.of(args[0]))) {
            for (String name : new String[] {"force", "label", "later"}) {
                Dataset dataset = file.getDatasetByPath(name);
                Object rows = dataset.getData();
                StringBuilder text = new StringBuilder();
                for (int i = 0; rows != null && i < Array.getLength(rows); i++) {
                    text.append(i == 0 ? "" : " ").append(Array.get(rows, i));
                }
                System.out.printf("jHDF  /%s, fill value %-5s  %s%n", name, dataset.getFillValue(), rows == null ? "null" : text);
            }
        }
    }
}
J
/usr/bin/python3 "$tmp/demonstrations.py" "$tmp/d.h5" >"$tmp/python"
java -cp "$tmp/jars/*" "$tmp/Demonstrations.java" "$tmp/d.h5" >"$tmp/java" 2>"$tmp/java.log"
paste -d'\n' "$tmp/python" "$tmp/java" >"$tmp/seen"
as_seen "$tmp/seen"
