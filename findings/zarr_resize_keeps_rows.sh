#!/usr/bin/env bash
# zarr: shrinking an array and growing it again
#
# Good guess: rows that resize() has cut off are gone; after growing again they hold the fill value, as HDF5 promises.
# Really: only chunks that lie wholly outside are deleted. The rest of the last chunk stays in the file, and the old rows come
# back when the array grows: here 7 where HDF5 gives 0. What was dropped (a bad episode) is also still on the disk.
# Remedy: write the fill value over the rows before cutting them off.
#
# Versions: python3-zarr 2.13.6+ds-1, python3-h5py 3.7.0-8 (Debian 12). Seen on 2026-11-29, 10 rows of 7, cut to 5, to 10
# again:
#| chunks of 10 rows   zarr 7 7 7 7 7 7 7 7 7 7   HDF5 7 7 7 7 7 0 0 0 0 0
#| chunks of 4 rows    zarr 7 7 7 7 7 7 7 7 0 0   HDF5 7 7 7 7 7 0 0 0 0 0
. "$(dirname "$0")/common.bash"
debs python3-zarr=2.13.6+ds-1 python3-h5py=3.7.0-8

cat >"$tmp/resize.py" <<'P'
import sys
import h5py
import zarr
def text(rows):
    return ' '.join('%d' % row for row in rows)
for chunk in (10, 4):
    array = zarr.open(sys.argv[1] + '/a%d.zarr' % chunk, mode='w', shape=10, chunks=chunk, dtype='f4', fill_value=0)
    array[:] = 7
    array.resize(5)
    array.resize(10)
    with h5py.File(sys.argv[1] + '/a.h5', 'w') as file:
        dataset = file.create_dataset('a', (10,), chunks=(chunk,), maxshape=(None,), dtype='f4')
        dataset[:] = 7
        dataset.resize((5,))
        dataset.resize((10,))
        print('%-18s  zarr %s   HDF5 %s' % ('chunks of %d rows' % chunk, text(array[:]), text(dataset[:])))
P
/usr/bin/python3 "$tmp/resize.py" "$tmp" >"$tmp/seen"
as_seen "$tmp/seen"
