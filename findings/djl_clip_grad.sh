#!/usr/bin/env bash
# DJL with the PyTorch engine: an optimizer built with optClipGrad(c)
#
# Good guess: each gradient is clipped to [-c, c], as the Javadoc of optClipGrad says.
# Really: only to (-inf, c]. A gradient of 1000 counts as 1, one of -1000 counts as -1000. With sgd the weight leaps by 1000;
# with adam, which divides by the size of past gradients, the outlier stays in the moments and shrinks the steps after it.
# Remedy: clip the gradients before step(), or scale them by their norm.
#
# Versions: ai.djl 0.36.0, libtorch 2.7.1 on the CPU (Maven Central). Seen on 2026-11-29, learning rate 1, optClipGrad(1):
#|         gradient     step  next gradient     step
#| sgd       1000.0    -1.00            0.5    -0.50
#| sgd      -1000.0  1000.00           -0.5     0.50
#| adam      1000.0    -1.00            0.5    -0.93
#| adam     -1000.0     1.00           -0.5     0.67
. "$(dirname "$0")/common.bash"
jars ai.djl:api:0.36.0 ai.djl.pytorch:pytorch-engine:0.36.0 ai.djl.pytorch:pytorch-jni:2.7.1-0.36.0 \
    ai.djl.pytorch:pytorch-native-cpu:2.7.1:jar:linux-x86_64

cat >"$tmp/Clip.java" <<'J'
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

class Clip {
    static float step(NDManager manager, Optimizer optimizer, NDArray weight, float gradient) {
        float before = weight.toFloatArray()[0];
        optimizer.update("weight", weight, manager.create(new float[] {gradient}));
        return weight.toFloatArray()[0] - before;
    }

    static Optimizer optimizer(String name) {
        Tracker rate = Tracker.fixed(1f);
        return name.equals("sgd")
                ? Optimizer.sgd().setLearningRateTracker(rate).optClipGrad(1f).build()
                : Optimizer.adam().optLearningRateTracker(rate).optClipGrad(1f).build();
    }

    public static void main(String[] args) {
        System.out.println("        gradient     step  next gradient     step");
        try (NDManager manager = NDManager.newBaseManager()) {
            for (String name : new String[] {"sgd", "adam"}) {
                for (float sign : new float[] {1, -1}) {
                    Optimizer optimizer = optimizer(name);
                    NDArray weight = manager.create(new float[] {0});
                    System.out.printf("%-6s  %8.1f  %7.2f  %13.1f  %7.2f%n", name, 1000 * sign,
                            step(manager, optimizer, weight, 1000 * sign), 0.5 * sign,
                            step(manager, optimizer, weight, 0.5f * sign));
                }
            }
        }
    }
}
J
DJL_CACHE_DIR=$tmp/djl java -Dai.djl.offline=true -cp "$tmp/jars/*" "$tmp/Clip.java" >"$tmp/seen" 2>"$tmp/java.log"
as_seen "$tmp/seen"
