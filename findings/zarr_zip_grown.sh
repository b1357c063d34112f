#!/usr/bin/env bash
# zarr in a zip: the rows that were appended
#
# Good guess: an array in a .zarr.zip that was appended to holds all rows, for whoever reads or unpacks the file.
# Really: zip files cannot be changed in place, so zarr writes the array's metadata a second time under the same name, with no more
# than a warning, and a last chunk that was not full as well. Readers that go by the directory at the end (Python, zarr itself, Java's
# ZipFile and zip file system) take the last member: all rows. Readers from the front that take the first one of a name, and `unzip -n`
# (never overwrite), give the array as it was before the append, shorter and without an error; `unzip -o` gives all rows.
# Remedy: rewrite the array into a new file (zarr.copy_store), or unpack with -o.
# Meets: demonstrations kept as .zarr.zip (UMI) that are unpacked or read as a stream.
#
# Versions: python3-zarr 2.13.6+ds-1, unzip 6.0-28 (Debian 12), JDK 17. Seen on 2026-11-30, 6 rows of 1, then 6 rows of 2 appended,
# chunks of 4 rows:
#| members             action/.zarray twice, action/1 twice
#| zarr                1 1 1 1 1 1 2 2 2 2 2 2
#| Java's ZipFile      12 rows
#| Java's stream       6 rows first, then 12
#| unzip -o            1 1 1 1 1 1 2 2 2 2 2 2
#| unzip -n            1 1 1 1 1 1
. "$(dirname "$0")/common.bash"
debs python3-zarr=2.13.6+ds-1 unzip

cat >"$tmp/grow.py" <<'P'
import collections
import sys
import warnings
import zipfile
import numpy
import zarr
warnings.simplefilter('ignore')
with zarr.ZipStore(sys.argv[1], mode='w') as store:
    array = zarr.group(store).create_dataset('action', data=numpy.full(6, 1, 'f4'), chunks=4)
    array.append(numpy.full(6, 2, 'f4'))
names = collections.Counter(zipfile.ZipFile(sys.argv[1]).namelist())
print('members             ' + ', '.join(name + ' twice' for name, count in sorted(names.items()) if count == 2))
P
cat >"$tmp/rows.py" <<'P'
import sys
import zarr
print('%-20s%s' % (sys.argv[2], ' '.join('%d' % row for row in zarr.open(sys.argv[1], mode='r')['action'][:])))
P
cat >"$tmp/Rows.java" <<'P'
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

class Rows {
    static String rows(InputStream metadata) throws IOException {
        Matcher shape = Pattern.compile("\"shape\":\\s*\\[\\s*(\\d+)").matcher(new String(metadata.readAllBytes()));
        shape.find();
        return shape.group(1);
    }

    public static void main(String[] file) throws IOException {
        try (ZipFile zip = new ZipFile(file[0])) {
            System.out.println("Java's ZipFile      " + rows(zip.getInputStream(zip.getEntry("action/.zarray"))) + " rows");
        }
        List<String> seen = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(Path.of(file[0])))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals("action/.zarray")) {
                    seen.add(rows(zip));
                }
            }
        }
        System.out.println("Java's stream       " + seen.get(0) + " rows first, then " + seen.get(1));
    }
}
P
{
    /usr/bin/python3 "$tmp/grow.py" "$tmp/a.zarr.zip"
    /usr/bin/python3 "$tmp/rows.py" "$tmp/a.zarr.zip" zarr
    java "$tmp/Rows.java" "$tmp/a.zarr.zip"
    for option in -o -n; do
        unzip -q $option "$tmp/a.zarr.zip" -d "$tmp/unpacked$option"
        /usr/bin/python3 "$tmp/rows.py" "$tmp/unpacked$option" "unzip $option"
    done
} >"$tmp/seen"
as_seen "$tmp/seen"
