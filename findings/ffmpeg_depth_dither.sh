#!/usr/bin/env bash
# FFmpeg: a flat 16-bit depth picture, converted to fewer bits
#
# Good guess: gray16le to gray12le or gray divides and rounds, so a surface at one depth stays at one value; all the more
# with -sws_dither none.
# Really: it is dithered by default. 1000 becomes a pattern of 62 and 63 at 12 bits, and of 3 and 4 at 8 bits; noise that the
# camera did not have, and that the encoder pays for. -sws_dither none does not round but TRUNCATES: 1000 becomes 3 where
# 1000/257 = 3.89. In colour (rgb48le to rgb24) the same value is rounded and not dithered, and gray16le to rgb24 too.
# Remedy: divide before FFmpeg, or go by way of a colour format.
# Meets: depth cameras recorded as 12-bit or 8-bit video.
#
# Versions: ffmpeg 7:5.1.9-0+deb12u1 with libswscale6 (Debian 12). Seen on 2026-11-29, pixels of 64 x 64 by value:
#| gray16le 1000 to gray12le                       62: 2048, 63: 2048
#| gray16le 1000 to gray                           3: 896, 4: 3200
#| gray16le 1000 to gray with -sws_dither none     3: 4096
#| gray16le 1000 to rgb24                          4: 12288
#| rgb48le 1000 to rgb24                           4: 12288
. "$(dirname "$0")/common.bash"
debs ffmpeg=7:5.1.9-0+deb12u1 libswscale6=7:5.1.9-0+deb12u1

cat >"$tmp/table.py" <<'P'
import collections
import struct
import subprocess
def convert(source, target, *options):
    picture = struct.pack('<H', 1000) * (64 * 64 * (3 if source == 'rgb48le' else 1))
    out = subprocess.run(['ffmpeg', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', source, '-s', '64x64', '-i', '-', *options,
                          '-f', 'rawvideo', '-pix_fmt', target, '-'], input=picture, stdout=subprocess.PIPE, check=True).stdout
    values = struct.unpack('<%dH' % (len(out) // 2), out) if target == 'gray12le' else out
    counts = sorted(collections.Counter(values).items())
    name = '%s 1000 to %s' % (source, target) + (' with ' + ' '.join(options) if options else '')
    print('%-46s  %s' % (name, ', '.join('%d: %d' % c for c in counts)))
convert('gray16le', 'gray12le')
convert('gray16le', 'gray')
convert('gray16le', 'gray', '-sws_dither', 'none')
convert('gray16le', 'rgb24')
convert('rgb48le', 'rgb24')
P
python3 "$tmp/table.py" >"$tmp/seen"
as_seen "$tmp/seen"
