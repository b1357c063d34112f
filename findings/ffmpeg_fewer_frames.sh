#!/usr/bin/env bash
# FFmpeg: a 30 Hz recording made a film of fewer frames, with -vf fps=10 or with -r 10
#
# Good guess: of three frames the first is kept and shown at its own time: 0, 3, 6, ... Both ways do the same.
# Really: neither does. fps=10 rounds times to the nearest tenth of a second and keeps the LAST frame of each: 1, 4, 7, ...,
# shown 33 ms before they were taken; at 1 Hz it is 467 ms. -r 10 begins with the recording's first frames as they are and is late
# ever after: in mp4 0, 1, 2, 5, 8, ..., shown 133 ms after they were taken, and the film has two frames too many; in mkv
# 67 ms and one. At 1 Hz it is 1.1 s. So pictures and joints of one row are a step apart, or the picture shows what the action
# has yet to do, and nothing says so: times and rate of the film are as asked for.
# Remedy: -vf framestep=3 or fps=10:round=up; try it with a film whose frames show their number.
# Meets: camera recordings that become a data set at the policy's rate.
#
# Versions: ffmpeg 7:5.1.9-0+deb12u1 (Debian 12); FFmpeg 8.1.2 does the same, with -r in mkv as in mp4. Seen on 2026-11-30, 90 frames,
# lossless, by number; the last column is how long before its time in the film a picture was taken, 2 s into it:
#|                             frames  they show                         late by
#| -vf fps=10            mp4       30  1 4 7 10 13 16 19 22 25            -33 ms
#| -r 10                 mp4       32  0 1 2 5 8 11 14 17 20              133 ms
#| -r 10                 mkv       31  0 1 4 7 10 13 16 19 22              67 ms
#| -vf fps=10:round=up   mp4       30  0 3 6 9 12 15 18 21 24               0 ms
#| -vf framestep=3       mp4       30  0 3 6 9 12 15 18 21 24               0 ms
#| -vf fps=1             mp4        3  14 44 74                          -467 ms
#| -r 1                  mp4        5  0 1 26 56 86                      1133 ms
#| -r 1                  mkv        4  0 11 41 71                         633 ms
#| -vf fps=1:round=up    mp4        3  0 30 60                              0 ms
#| -vf framestep=30      mp4        3  0 30 60                              0 ms
. "$(dirname "$0")/common.bash"
debs ffmpeg=7:5.1.9-0+deb12u1 libswscale6=7:5.1.9-0+deb12u1

cat >"$tmp/films.py" <<'P'
import subprocess
import sys
def ffmpeg(*arguments, given=None):
    return subprocess.run(['ffmpeg', '-v', 'error', *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout
recording, film = sys.argv[1] + '/recording.mkv', sys.argv[1] + '/film'
side = 16
ffmpeg('-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '16x16', '-framerate', '30', '-i', '-', '-c:v', 'ffv1', recording,
       given=b''.join(bytes([number]) * side * side for number in range(90)))
codecs = {'mp4': ['-c:v', 'png'], 'mkv': ['-c:v', 'ffv1']}
print('%-21s %4s  %6s  %-31s  %8s' % ('', '', 'frames', 'they show', 'late by'))
for rate in 10, 1:
    for options in ['-vf', 'fps=%d' % rate], ['-r', str(rate)], ['-vf', 'fps=%d:round=up' % rate], ['-vf', 'framestep=%d' % (30 // rate)]:
        for container in ('mp4', 'mkv') if options[0] == '-r' else ('mp4',):
            name = film + '.' + container
            ffmpeg('-y', '-i', recording, *options, *codecs[container], name)
            pixels = ffmpeg('-i', name, '-f', 'rawvideo', '-pix_fmt', 'gray', '-vsync', 'passthrough', '-')
            shown = list(pixels[::side * side])
            at = 2 * rate
            print('%-21s %-4s  %6d  %-31s  %5.0f ms' % (' '.join(options), container, len(shown),
                  ' '.join('%d' % number for number in shown[:9]), 1000 * (at / rate - shown[at] / 30)))
P
python3 "$tmp/films.py" "$tmp" >"$tmp/seen"
as_seen "$tmp/seen"
