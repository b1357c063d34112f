#!/usr/bin/env bash
# FFmpeg: joining many MP4 files with the concat demuxer and -c copy
#
# Good guess: the k-th file begins where the one before ends, so frame i of N joined files at 30 fps stays at i/30 s; if
# anything is rounded, then to the nearest, and the errors cancel out.
# Really: each file is moved by its container's duration, which the MP4 muxer writes in whole milliseconds, rounded UP. 22
# frames at 30 fps (0.7333 s) count as 0.734 s: every join adds 0.67 ms and none takes it back. After 26 joins the
# frame nearest to i/30 s is no longer frame i, after 110 the video is two frames late. Lengths that are whole milliseconds (30
# frames at 30 fps, any at 10 or 50) do not drift, so a test with whole seconds shows nothing.
# Remedy: a line `duration` after each file of the list, or look up by frame number.
# Meets: LeRobot datasets of format 3.0, which join one video per episode and look frames up by time.
#
# Versions: ffmpeg 7:5.1.9-0+deb12u1 (Debian 12). Seen on 2026-11-29, 110 files each:
#| fps  frames  duration written  last frame late by  first wrong nearest frame
#|  30      22           0.734 s            72.66 ms                        572
#|  30      23           0.767 s            36.33 ms                       1173
#|  60      23           0.384 s            72.66 ms                        300
#|  30      30           1.000 s             0.00 ms                       none
#|  10      23           2.300 s             0.00 ms                       none
#| with lines 'duration':
#|  30      22           0.734 s             0.07 ms                       none
. "$(dirname "$0")/common.bash"
debs ffmpeg=7:5.1.9-0+deb12u1 libavformat59=7:5.1.9-0+deb12u1

cat >"$tmp/row.py" <<'P'
import sys
from fractions import Fraction
fps, frames, duration, ticks = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), Fraction(sys.argv[4])
stamps = sorted(int(line) * ticks for line in sys.stdin if line.strip())
assert len(stamps) == 110 * frames
late = stamps[-1] - Fraction(len(stamps) - 1, fps)
def overtaken(i):
    error = abs(stamps[i] - Fraction(i, fps))
    return any(abs(other - Fraction(i, fps)) < error for other in stamps[max(0, i - 9):i + 10])
wrong = next((i for i in range(len(stamps)) if overtaken(i)), 'none')
print('%3d  %6d  %14.3f s  %15.2f ms  %25s' % (fps, frames, duration, 1000 * abs(late), wrong))
P
show() {
    ffprobe -v error -select_streams v -show_entries "$2" -of default=nw=1:nk=1 "$1"
}
row() { # row FPS FRAMES LINE: LINE follows each file in the list
    local file=$tmp/$1-$2.mp4
    ffmpeg -v error -y -f lavfi -i "testsrc=size=64x64:rate=$1" -frames:v "$2" -pix_fmt yuv420p -c:v libx264 "$file"
    for _ in $(seq 110); do
        echo "file $file"
        [ -z "$3" ] || echo "$3"
    done >"$tmp/list"
    ffmpeg -v error -y -f concat -safe 0 -i "$tmp/list" -c copy "$tmp/joined.mp4"
    show "$tmp/joined.mp4" packet=pts |
        python3 "$tmp/row.py" "$1" "$2" "$(show "$file" format=duration)" "$(show "$tmp/joined.mp4" stream=time_base)"
}
{
    echo "fps  frames  duration written  last frame late by  first wrong nearest frame"
    row 30 22 ""
    row 30 23 ""
    row 60 23 ""
    row 30 30 ""
    row 10 23 ""
    echo "with lines 'duration':"
    row 30 22 "duration 0.733333"
} >"$tmp/seen"
as_seen "$tmp/seen"
