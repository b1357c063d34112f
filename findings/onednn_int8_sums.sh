#!/usr/bin/env bash
# oneDNN in libtorch: products of 8-bit numbers on a CPU without VNNI
#
# Good guess: a layer of 8-bit weights gives the same sums on every x86 CPU; an older one is slower, or refuses.
# Really: without VNNI two neighbouring products are added in 16 bits, which hold no more than 32767: what is larger is cut off
# there without a word. With activations near 255 and weights near 127 about half of the sum is left. So a network quantised and
# checked on a workstation may move a robot another way on its own, older computer. Activations of 7 bits (0 to 127) fit: 2 x 127 x 127 =
# 32258, and the sums are exact on every CPU; that is what torch's own quantiser does (reduce_range).
# Meets: policies in int8 through torch.ops.onednn.qlinear_pointwise, as torch.compile's x86 back end has it, on industrial PCs.
#
# Versions: torch 2.13.0 (oneDNN inside), told to use AVX2 alone (DNNL_MAX_CPU_ISA), so that any x86 CPU shows it. Seen on
# 2026-11-30, one output of 640 products:
#| activations 255, weights 127: 10485440, exact is 20726400
#| activations 127, weights 127: 10322560, exact is 10322560
. "$(dirname "$0")/common.bash"
[ "$(uname -m)" = x86_64 ] || unavailable "no x86 CPU"
wheels torch==2.13.0 typing_extensions==4.16.0 sympy==1.14.0 mpmath==1.3.0 networkx==3.6.1 jinja2==3.1.6 markupsafe==3.0.3 \
    filelock==4.0.8 fsspec==2026.9.0

cat >"$tmp/sums.py" <<'P'
import warnings
warnings.simplefilter('ignore')
import torch
PRODUCTS, WEIGHT = 640, 127
weight = torch.ops.onednn.qlinear_prepack(torch.full((64, PRODUCTS), WEIGHT, dtype=torch.int8), [1, PRODUCTS])
ones, zeros = torch.ones(64), torch.zeros(64, dtype=torch.int64)
for activation in (255, 127):
    x = torch.full((1, PRODUCTS), activation, dtype=torch.uint8)
    y = torch.ops.onednn.qlinear_pointwise(x, 1.0, 0, weight, ones, zeros, None, 1.0, 0, torch.float32, 'none', [], '')
    print('activations %d, weights %d: %d, exact is %d' % (activation, WEIGHT, y[0, 0], activation * WEIGHT * PRODUCTS))
P
DNNL_MAX_CPU_ISA=AVX2 "$tmp/venv/bin/python" "$tmp/sums.py" >"$tmp/seen" 2>"$tmp/errors" || { cat "$tmp/errors" >&2; exit 1; }
as_seen "$tmp/seen"
