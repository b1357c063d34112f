package dev.dpros.training;

import dev.dpros.diffusion.FlowConfig;
import java.util.SplittableRandom;

/** The times at which training by flow matching looks (LeRobot, FlowMatchingObjective). Stateless. */
final class FlowTimes {
    private FlowTimes() {}

    /** One of them, in [0, 1). */
    static double draw(FlowConfig flow, SplittableRandom random) {
        if (flow.sampling() == FlowConfig.TimeSampling.UNIFORM) {
            return random.nextDouble();
        }
        double x = gamma(flow.alpha(), random);
        double y = gamma(flow.beta(), random);
        return flow.latest() * y / (x + y);
    }

    /** Of a gamma distribution with scale 1 (Marsaglia and Tsang 2000). */
    static double gamma(double shape, SplittableRandom random) {
        if (shape < 1) {
            return gamma(shape + 1, random) * Math.pow(1 - random.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }
}
