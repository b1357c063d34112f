#!/usr/bin/env bash
# DJL with the PyTorch engine: a camera picture (uint8), resized with Interpolation.BICUBIC
#
# Good guess: the cubic's overshoot is cut off at 0 and 255, as Pillow, OpenCV and torch itself do with uint8.
# Really: it wraps around. Beside a dark edge stand white pixels, beside a bright one black ones. Bilinear loses its fraction
# (200.7 becomes 200), so a picture is darker by half a level on average.
# Remedy: resize as float32 and clip: NDImageUtils.resize(picture.toType(FLOAT32, false), ...).round().clip(0, 255).
# Meets: vision transformers, whose own preprocessing is bicubic: Resize(224, 224, BICUBIC) in a translator's pipeline.
#
# Versions: ai.djl 0.36.0, libtorch 2.7.1 on the CPU (Maven Central). Seen on 2026-11-30, the row of a picture that is 10 left
# and 251 right, made twice as wide; then a chessboard of 0 and 255 in squares of 8 pixels, 96 x 96, as uint8 against float32,
# rounded and clipped:
#| BILINEAR  float32   10.00  10.00  10.00  70.25 190.75 251.00 251.00 251.00
#| BILINEAR  uint8     10.00  10.00  10.00  70.00 190.00 251.00 251.00 251.00
#| BICUBIC   float32   10.00   4.35  -6.95  58.95 202.05 267.95 256.65 251.00
#| BICUBIC   uint8     10.00   4.00 250.00  58.00 202.00  11.00   0.00 251.00
#| 32 % of the pixels are off by more than 200
. "$(dirname "$0")/common.bash"
jars ai.djl:api:0.36.0 ai.djl.pytorch:pytorch-engine:0.36.0 ai.djl.pytorch:pytorch-jni:2.7.1-0.36.0 \
    ai.djl.pytorch:pytorch-native-cpu:2.7.1:jar:linux-x86_64

cat >"$tmp/Bicubic.java" <<'J'
import ai.djl.modality.cv.Image.Interpolation;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

class Bicubic {
    static NDArray picture(NDManager manager, int side, int square, int dark, int bright) {
        int[] pixels = new int[side * side];
        for (int i = 0; i < pixels.length; i++) {
            boolean odd = (i % side / square + i / side / square) % 2 == 1;
            pixels[i] = odd ? bright : dark;
        }
        return manager.create(pixels, new Shape(side, side, 1)).toType(DataType.UINT8, false);
    }

    static NDArray floats(NDArray resized) {
        return resized.toType(DataType.FLOAT32, true).flatten();
    }

    public static void main(String[] args) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray edge = picture(manager, 12, 6, 10, 251).get(":6");
            for (Interpolation kind : new Interpolation[] {Interpolation.BILINEAR, Interpolation.BICUBIC}) {
                Resize twice = new Resize(24, 6, kind);
                for (DataType type : new DataType[] {DataType.FLOAT32, DataType.UINT8}) {
                    float[] row = floats(twice.transform(edge.toType(type, true)).get("3")).toFloatArray();
                    StringBuilder text = new StringBuilder();
                    for (float value : Arrays.copyOfRange(row, 8, 16)) {
                        text.append(String.format(" %6.2f", value));
                    }
                    System.out.printf("%-8s  %-7s %s%n", kind, type, text);
                }
            }
            NDArray board = picture(manager, 96, 8, 0, 255);
            Resize larger = new Resize(224, 224, Interpolation.BICUBIC);
            NDArray right = floats(larger.transform(board.toType(DataType.FLOAT32, true))).round().clip(0, 255);
            NDArray off = floats(larger.transform(board)).sub(right).abs();
            System.out.printf("%.0f %% of the pixels are off by more than 200%n", 100.0 * off.gt(200).countNonzero().getLong() / off.size());
        }
    }
}
J
DJL_CACHE_DIR=$tmp/djl OMP_NUM_THREADS=1 java -Dai.djl.offline=true -cp "$tmp/jars/*" "$tmp/Bicubic.java" >"$tmp/seen" 2>"$tmp/java.log" || cat $tmp/java.log
as_seen "$tmp/seen"
