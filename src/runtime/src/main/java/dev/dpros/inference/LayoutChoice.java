package dev.dpros.inference;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.core.Clock;
import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which way of computing a network is fastest here, by measurement at batch 1. Each way is timed as the least of a few
 * runs, so that a busy machine does not decide.
 */
final class LayoutChoice {
    private static final Logger LOG = LoggerFactory.getLogger(LayoutChoice.class);
    private static final int RUNS = 6;
    private static final int LEAST_RUNS = 3;
    private static final long ENOUGH_NS = 250_000_000;

    private final PolicyNetwork network;
    private final PolicyConfig config;
    private final Clock clock;

    private LayoutChoice(PolicyNetwork network, PolicyConfig config, Clock clock) {
        this.network = network;
        this.config = config;
        this.clock = clock;
    }

    /** Times every layout that a freshly loaded network can take; leaves it at the last one that works. */
    static NetworkLayout fastest(PolicyNetwork network, PolicyConfig config, Clock clock) {
        LayoutChoice choice = new LayoutChoice(network, config, clock);
        NetworkLayout best = new NetworkLayout(choice.fastestUnet(), choice.packedImagesFaster());
        LOG.debug("fastest layout: {}", best);
        return best;
    }

    private ConvVariant fastestUnet() {
        Map<ConvVariant, Long> times = new EnumMap<>(ConvVariant.class);
        ConvVariant best = ConvVariant.CONV1D;
        for (ConvVariant variant : network.layouts().variants()) {
            try {
                network.advanceTo(new NetworkLayout(variant, false));
                times.put(variant, unetNs());
            } catch (EngineException e) {
                LOG.info("convolutions as {} are not possible here: {}", variant, TorchRuntime.reason(e));
                break;
            }
            if (times.get(variant) < times.get(best)) {
                best = variant;
            }
        }
        LOG.debug("ns per network evaluation: {}", times);
        return best;
    }

    private boolean packedImagesFaster() {
        if (!network.layouts().imagesPackable()) {
            return false;
        }
        try {
            long plainNs = imagesNs();
            network.advanceTo(new NetworkLayout(network.layout().unet(), true));
            long packedNs = imagesNs();
            LOG.debug("ns per encoding: plain {}, packed {}", plainNs, packedNs);
            return packedNs < plainNs;
        } catch (EngineException e) {
            LOG.info("packed image encoders are not possible here: {}", TorchRuntime.reason(e));
            return false;
        }
    }

    private long unetNs() {
        try (PolicyNetwork.Chunk chunk = network.open()) {
            network.embed(0);
            PtNDArray condition = chunk.condition(chunk.zeros(1, config.globalConditioning()));
            int rows = config.energy() == null ? 1 : config.energy().candidates();
            PtNDArray x = chunk.zeros(rows, config.denoisedSteps(), config.denoisedWidth());
            return leastNs(() -> chunk.denoise(x, condition, network.stepRow(0)).toFloatArray());
        }
    }

    private long imagesNs() {
        try (PolicyNetwork.Chunk chunk = network.open()) {
            List<FeatureSpec> cameras = config.cameras();
            List<Integer> shape = cameras.get(0).shape();
            PtNDArray image = chunk.zeros(config.nObsSteps(), shape.get(0), shape.get(1), shape.get(2));
            return leastNs(() -> chunk.encode(0, image).toFloatArray());
        }
    }

    private long leastNs(Runnable run) {
        long least = Long.MAX_VALUE;
        long startNs = clock.monotonicNs();
        for (int i = 0; i < RUNS; i++) {
            long beginNs = clock.monotonicNs();
            run.run();
            long endNs = clock.monotonicNs();
            least = Math.min(least, endNs - beginNs);
            if (i + 1 >= LEAST_RUNS && endNs - startNs > ENOUGH_NS) {
                break;
            }
        }
        return least;
    }
}
