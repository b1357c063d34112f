#!/usr/bin/env bash
# DJL with the PyTorch engine: Activation.mish
#
# Good guess: x * tanh(ln(1 + e^x)), as in the paper that named it and in torch; 0.8651 at 1.
# Really: the logarithm is to base 2: x * tanh(log2(1 + e^x)), 0.9558 at 1. The curve has the same shape and limits, so a
# network trained and run with it looks healthy, but weights from Python give other outputs, by up to 0.09 per activation.
# Remedy: x.mul(softPlus(x).tanh()), since Activation.softPlus is right.
# Meets: diffusion policies: Mish is the activation of their UNet.
#
# Versions: ai.djl 0.36.0, libtorch 2.7.1 on the CPU (Maven Central). Seen on 2026-11-29:
#|    x  Activation.mish  x*tanh(ln(1+e^x))  x*tanh(log2(1+e^x))  x.mul(softPlus(x).tanh())
#| -3.0          -0.2099            -0.1456              -0.2099                    -0.1456
#| -0.5          -0.2970            -0.2207              -0.2970                    -0.2207
#|  0.5           0.4432             0.3752               0.4432                     0.3752
#|  1.0           0.9558             0.8651               0.9558                     0.8651
#|  3.0           2.9991             2.9865               2.9991                     2.9865
. "$(dirname "$0")/common.bash"
jars ai.djl:api:0.36.0 ai.djl.pytorch:pytorch-engine:0.36.0 ai.djl.pytorch:pytorch-jni:2.7.1-0.36.0 \
    ai.djl.pytorch:pytorch-native-cpu:2.7.1:jar:linux-x86_64

cat >"$tmp/Mish.java" <<'J'
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;

class Mish {
    public static void main(String[] args) {
        System.out.println("   x  Activation.mish  x*tanh(ln(1+e^x))  x*tanh(log2(1+e^x))  x.mul(softPlus(x).tanh())");
        try (NDManager manager = NDManager.newBaseManager()) {
            for (double x : new double[] {-3, -0.5, 0.5, 1, 3}) {
                NDArray array = manager.create(new float[] {(float) x});
                double ln = Math.log1p(Math.exp(x));
                System.out.printf("%4.1f  %15.4f  %17.4f  %19.4f  %25.4f%n", x, Activation.mish(array).toFloatArray()[0],
                        x * Math.tanh(ln), x * Math.tanh(ln / Math.log(2)),
                        array.mul(Activation.softPlus(array).tanh()).toFloatArray()[0]);
            }
        }
    }
}
J
DJL_CACHE_DIR=$tmp/djl java -Dai.djl.offline=true -cp "$tmp/jars/*" "$tmp/Mish.java" >"$tmp/seen" 2>"$tmp/java.log"
as_seen "$tmp/seen"
