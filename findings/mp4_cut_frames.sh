#!/usr/bin/env bash
# MP4: how many frames a film has that was cut without encoding it again (ffmpeg -ss 1.5 -i film.mp4 -c copy cut.mp4)
#
# Good guess: the number in the file is the number that is shown, and a frame per packet.
# Really: the cut begins with the key frame before it; an edit list says to decode those frames and not to show them. Header, packets,
# OpenCV's CAP_PROP_FRAME_COUNT and PyAV's stream.frames count them, read() and decode() leave them out: 60 and 45.
# A reader that takes frame i by the i-th packet, or the data set's rows by that number, is 15 frames late, half a second.
# What was cut away is in the file still: with -ignore_editlist 1 it is shown.
# Remedy: count what is decoded (ffprobe -count_frames), skip packets with the flag discard, or encode again.
# Meets: recordings whose beginning or end was cut off by hand before they became episodes.
#
# Versions: ffmpeg 7:5.1.9-0+deb12u1 (Debian 12), opencv-python-headless 5.0.0.93, av 18.1.0 (PyPI). Seen on 2026-11-30, a key
# frame a second at 30 Hz:
#| film.mp4
#|   file     header 90, packets 90, decoded 90
#|   OpenCV   count 90, read 90
#|   PyAV     count 90, read 90
#| cut.mp4
#|   file     header 60, packets 60, decoded 45
#|   OpenCV   count 60, read 45
#|   PyAV     count 60, read 45
. "$(dirname "$0")/common.bash"
debs ffmpeg=7:5.1.9-0+deb12u1 libswscale6=7:5.1.9-0+deb12u1
wheels numpy==2.4.6 opencv-python-headless==5.0.0.93 av==18.1.0

cat >"$tmp/cut.py" <<'P'
import subprocess
import sys
import av
import cv2
def run(program, *arguments, given=None):
    return subprocess.run([program, '-v', 'error', *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout.decode()
def ffprobe(name, *entries):
    return int(run('ffprobe', '-count_packets', '-count_frames', '-select_streams', 'v', '-show_entries', *entries, '-of', 'csv=p=0', name))
film, cut = sys.argv[1] + '/film.mp4', sys.argv[1] + '/cut.mp4'
run('ffmpeg', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '64x64', '-framerate', '30', '-i', '-', '-pix_fmt', 'yuv420p', '-c:v', 'libx264',
    '-g', '30', film, given=b''.join(bytes([2 * number]) * 64 * 64 for number in range(90)))
run('ffmpeg', '-ss', '1.5', '-i', film, '-c', 'copy', cut)
for name in film, cut:
    capture = cv2.VideoCapture(name)
    counted, read = capture.get(cv2.CAP_PROP_FRAME_COUNT), 0
    while capture.read()[0]:
        read += 1
    with av.open(name) as container:
        stream = container.streams.video[0]
        frames, decoded = stream.frames, sum(1 for _ in container.decode(stream))
    print(name[len(sys.argv[1]) + 1:])
    print('  file     header %d, packets %d, decoded %d' % tuple(ffprobe(name, 'stream=' + entry) for entry in
                                                         ('nb_frames', 'nb_read_packets', 'nb_read_frames')))
    print('  OpenCV   count %d, read %d' % (counted, read))
    print('  PyAV     count %d, read %d' % (frames, decoded))
P
"$tmp/venv/bin/python" "$tmp/cut.py" "$tmp" >"$tmp/seen" 2>"$tmp/log" || cat "$tmp/log"
as_seen "$tmp/seen"
