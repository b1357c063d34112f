#!/usr/bin/env bash
# JPEG XL in zarr: the level that UMI's pipeline sets
#
# Good guess: JpegXl(level=99), as UMI's pipeline and what came of it compress their pictures, is lossy at nearly the best quality, and a
# lower --compression_level makes the data set smaller.
# Really: imagecodecs' codec for zarr (imagecodecs_jpegxl) is without loss unless lossless=False is given, and the level is then not looked at: levels
# 10, 50 and 99 give the same bytes, and the array's metadata keeps the level. With lossless=False the same noisy picture takes half at level 99
# and a sixtieth at 50.
# Remedy: JpegXl(level=..., lossless=False), where smaller files are wanted; they decode three to five times as fast, too.
# Meets: dataset.zarr.zip of UMI and its descendants: larger and slower to read than meant, and without loss.
#
# Versions: imagecodecs 2026.3.6 (libjxl 0.11.2), numcodecs 0.16.5, numpy 2.4.6, Python 3.11 (Debian 12). Seen on 2026-11-30, a picture of
# 224 x 224 with noise; bytes against those of level 99 without lossless:
#| level 10                  1.00, worst pixel 0 off
#| level 50                  1.00, worst pixel 0 off
#| level 99                  1.00, worst pixel 0 off
#| level 10, lossless False  less than 0.05, lossy
#| level 50, lossless False  less than 0.05, lossy
#| level 99, lossless False  0.3 to 0.7, lossy
. "$(dirname "$0")/common.bash"
wheels numpy==2.4.6 imagecodecs==2026.3.6 numcodecs==0.16.5 typing_extensions==4.16.0

cat >"$tmp/levels.py" <<'P'
import numpy
from imagecodecs.numcodecs import Jpegxl
random = numpy.random.default_rng(0)
y, x = numpy.mgrid[0:224, 0:224]
colours = numpy.stack([128 + 80 * numpy.sin(x / 17), 120 + 60 * numpy.sin((x + y) / 23), numpy.where(x > y, 200, 70)], -1)
picture = numpy.clip(colours + random.normal(0, 6, colours.shape), 0, 255).astype('u1')[None]
usual = len(Jpegxl(level=99, numthreads=1).encode(picture))
for choice in {}, {'lossless': False}:
    for level in 10, 50, 99:
        codec = Jpegxl(level=level, numthreads=1, **choice)
        stored = codec.encode(picture)
        worst = numpy.abs(codec.decode(stored).reshape(picture.shape).astype(int) - picture).max()
        share = len(stored) / usual
        size = '%.2f' % share if share > 0.99 else 'less than 0.05' if share < 0.05 else '0.3 to 0.7' if 0.3 < share < 0.7 else '%.3f' % share
        name = 'level %d%s' % (level, ', lossless False' if choice else '')
        print('%-26s%s, %s' % (name, size, 'lossy' if choice and worst > 0 else 'worst pixel %d off' % worst))
P
"$tmp/venv/bin/python" "$tmp/levels.py" >"$tmp/seen"
as_seen "$tmp/seen"
