"""Depth as LeRobot 0.6.1 tells it: numpy's arithmetic, FFmpeg's film (HEVC Main 12 without loss).

lerobot_depth.py FOLDER WIDTH HEIGHT FRAMES FPS DEPTH_MIN DEPTH_MAX SHIFT USE_LOG [CODES]
Writes film.mp4, mm.raw (what a camera saw, uint16), codes.raw and read.raw (what a reader is to find, uint16 mm). With CODES the frames
hold every code in turn. Without numpy or ffmpeg: exit code 3.
"""
import os
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    sys.exit(3)

folder, width, height, frames, fps = sys.argv[1], *map(int, sys.argv[2:6])
low, high, shift = map(float, sys.argv[6:9])
log = sys.argv[9] == 'true'
mm = np.random.default_rng(7).integers(0, 12000, (frames, height, width)).astype(np.uint16)
mm[:, :2] = 0
mm[:, 2:4] = 65535
mm[:, 4:8, : width // 2] = np.arange(frames, dtype=np.uint16)[:, None, None] * 100 + 500


def rounded(function, values):
    """To the nearest float32: libraries differ in the last bit of theirs (2 of 4096 codes by 1 mm, numpy 2.4.6)."""
    return function(values.astype(np.float64)).astype(np.float32)


def quantized(depth):
    depth, low_mm, high_mm, shift_mm = depth.astype(np.float32), *(np.float32(v * 1000) for v in (low, high, shift))
    if not log:
        share = (depth - low_mm) / (high_mm - low_mm)
    else:
        ends = [np.log(float(v + shift_mm)) for v in (low_mm, high_mm)]
        with np.errstate(all='ignore'):
            share = (rounded(np.log, depth + shift_mm) - np.float32(ends[0])) / np.float32(ends[1] - ends[0])
    return np.rint(share * np.float32(4095)).clip(0, 4095).astype(np.uint16)


def metres(codes):
    first, last = (np.log(low + shift), np.log(high + shift)) if log else (low, high)
    depth = codes.astype(np.float32) * np.float32((last - first) / 4095) + np.float32(first)
    return np.clip(rounded(np.exp, depth) - np.float32(shift) if log else depth, np.float32(low), np.float32(high))


codes = quantized(mm)
if len(sys.argv) > 10:
    codes = (np.arange(frames * height * width) % 4096).astype(np.uint16).reshape(codes.shape)
mm.tofile(os.path.join(folder, 'mm.raw'))
codes.tofile(os.path.join(folder, 'codes.raw'))
np.rint(metres(codes) * np.float32(1000)).clip(0, 65535).astype(np.uint16).tofile(os.path.join(folder, 'read.raw'))
try:
    subprocess.run(['ffmpeg', '-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'gray12le', '-s', '%dx%d' % (width, height), '-r', str(fps), '-i',
                    'codes.raw', '-c:v', 'libx265', '-pix_fmt', 'gray12le', '-g', '2', '-x265-params', 'lossless=1:log-level=error', 'film.mp4'],
                   cwd=folder, check=True)
except FileNotFoundError:
    sys.exit(3)
