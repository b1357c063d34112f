#!/usr/bin/env bash
# Area resizing in OpenCV, FFmpeg, PyTorch and Pillow
#
# Good guess: area (box) resizing is one thing: a pixel is the mean of what it covers, a pixel covered by a third counts a third.
# Really: only INTER_AREA and swscale's area do that. torch's interpolate(mode='area') is adaptive average pooling: every pixel
# that is touched counts in full, in both neighbours. Pillow's BOX counts each pixel in full for one neighbour alone, so its windows
# have changing widths and the picture jitters by a fraction of a pixel. Where the sides are whole multiples all four agree.
# Camera pictures to 96 or 84 pixels are none: 240 x 320 to 96 x 96 is 2.5 and 3.33.
# Remedy: one library for the data set and for the robot, or sides that are whole multiples.
# Meets: data sets made with one library (torch on a GPU, Pillow) and a policy fed through another (OpenCV).
#
# Versions: opencv-python-headless 5.0.0.93, torch 2.13.0, pillow 12.3.0 (PyPI, CPU), ffmpeg 7:5.1.9-0+deb12u1 (Debian 12).
# Seen on 2026-11-30; weights of 8 pixels in the first two of 3, then a picture of stripes, 6 pixels dark, 6 bright (0, 255),
# 240 x 320 to 96 x 96, against the mean of what is covered:
#| opencv   pixel 0  0.38 0.38 0.25    .    .    .    .    .
#| opencv   pixel 1     .    . 0.12 0.38 0.38 0.12    .    .
#| ffmpeg   pixel 0  0.38 0.38 0.25    .    .    .    .    .
#| ffmpeg   pixel 1     .    . 0.12 0.38 0.38 0.12    .    .
#| pytorch  pixel 0  0.33 0.33 0.33    .    .    .    .    .
#| pytorch  pixel 1     .    . 0.25 0.25 0.25 0.25    .    .
#| pillow   pixel 0  0.33 0.33 0.33    .    .    .    .    .
#| pillow   pixel 1     .    .    . 0.50 0.50    .    .    .
#| opencv   off by  0.0 levels on average,   0 at most; 80 x 160: 0
#| ffmpeg   off by  0.2 levels on average,   1 at most; 80 x 160: 0
#| pytorch  off by 12.4 levels on average,  41 at most; 80 x 160: 0
#| pillow   off by 12.2 levels on average,  44 at most; 80 x 160: 0
. "$(dirname "$0")/common.bash"
debs ffmpeg=7:5.1.9-0+deb12u1 libswscale6=7:5.1.9-0+deb12u1
wheels torch==2.13.0 typing_extensions==4.16.0 sympy==1.14.0 mpmath==1.3.0 networkx==3.6.1 jinja2==3.1.6 markupsafe==3.0.3 \
    filelock==4.0.8 fsspec==2026.9.0 numpy==2.4.6 pillow==12.3.0 opencv-python-headless==5.0.0.93

cat >"$tmp/area.py" <<'P'
import subprocess
import cv2
import numpy as np
import torch
from PIL import Image
def opencv(picture, height, width):
    return cv2.resize(picture.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
def ffmpeg(picture, height, width):
    size = '%dx%d' % picture.shape[::-1]
    out = subprocess.run(['ffmpeg', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', size, '-i', '-', '-vf',
                          'scale=%d:%d:flags=area' % (width, height), '-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
                         input=picture.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, np.uint8).reshape(height, width).astype(np.float32)
def pytorch(picture, height, width):
    return torch.nn.functional.interpolate(torch.from_numpy(picture.astype(np.float32))[None, None], (height, width), mode='area')[0, 0].numpy()
def pillow(picture, height, width):
    return np.asarray(Image.fromarray(picture.astype(np.float32)).resize((width, height), Image.BOX))
def covered(size, to):
    edges = np.arange(to + 1) * size / to
    return np.array([[max(0, min(x + 1, edges[i + 1]) - max(x, edges[i])) * to / size for x in range(size)] for i in range(to)])
def impulse(x):
    picture = np.zeros((16, 8), np.uint8)
    picture[:, x] = 200
    return picture
stripes = np.where(np.add.outer(np.arange(240), np.arange(320)) // 6 % 2, 255, 0).astype(np.uint8)
exact = covered(240, 96) @ stripes @ covered(320, 96).T
for resize in opencv, ffmpeg, pytorch, pillow:
    weights = [resize(impulse(x), 16, 3)[8] / 200 for x in range(8)]
    for to in 0, 1:
        print('%-8s pixel %d  %s' % (resize.__name__, to, ' '.join('%4.2f' % w[to] if w[to] else '   .' for w in weights)))
for resize in opencv, ffmpeg, pytorch, pillow:
    off = np.abs(resize(stripes, 96, 96) - exact)
    halves = np.abs(resize(stripes, 80, 160) - covered(240, 80) @ stripes @ covered(320, 160).T)
    print('%-8s off by %4.1f levels on average, %3.0f at most; 80 x 160: %.0f' % (resize.__name__, off.mean(), off.max(), halves.max()))
P
OMP_NUM_THREADS=1 "$tmp/venv/bin/python" "$tmp/area.py" >"$tmp/seen" 2>"$tmp/log" || cat "$tmp/log"
as_seen "$tmp/seen"
