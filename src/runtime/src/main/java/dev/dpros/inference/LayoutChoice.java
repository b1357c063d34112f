package dev.dpros.inference;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.core.Clock;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.vector.Vectors;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
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
    /** Goes on by itself, whatever the one that is measured with. */
    static final Clock COMPILING = new SystemClock();
    /** In which the JVM compiles what is computed in vectors. */
    static final long COMPILED_NS = 1_000_000_000;

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
        NetworkLayout best = new NetworkLayout(choice.fastestUnet(), choice.fastestImages());
        LOG.debug("fastest layout: {}", best);
        return best;
    }

    private ConvVariant fastestUnet() {
        return fastest(network.layouts().variants(), ConvVariant.VECTOR, variant -> new NetworkLayout(variant, ImageVariant.PLAIN), this::unetNs);
    }

    private ImageVariant fastestImages() {
        ConvVariant unet = network.layout().unet();
        List<ImageVariant> variants = network.layouts().images();
        return variants.size() == 1 ? variants.get(0)
                : fastest(variants, ImageVariant.VECTOR, variant -> new NetworkLayout(unet, variant), this::imagesNs);
    }

    /**
     * Tries them in order, up to the first that is not possible.
     *
     * @param vectors which of them is computed in vectors
     */
    private <T> T fastest(List<T> variants, T vectors, Function<T, NetworkLayout> layout, LongSupplier ns) {
        Map<T, Long> times = new LinkedHashMap<>();
        for (T variant : variants) {
            try {
                if (variant == vectors && !Vectors.fast()) {
                    LOG.info("this JVM does not compile vectors");
                    break;
                }
                network.advanceTo(layout.apply(variant));
                long startNs = COMPILING.monotonicNs();
                long took = ns.getAsLong();
                while (variant == vectors && COMPILING.monotonicNs() - startNs < COMPILED_NS) {
                    took = ns.getAsLong();
                }
                times.put(variant, took);
            } catch (EngineException e) {
                LOG.info("a network as {} is not possible here: {}", variant, TorchRuntime.reason(e));
                break;
            }
        }
        LOG.debug("ns: {}", times);
        return times.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    private long unetNs() {
        try (PolicyNetwork.Chunk chunk = network.open()) {
            network.embed(0);
            PtNDArray condition = chunk.condition(chunk.zeros(1, config.globalConditioning()));
            int rows = config.energy() == null ? 1 : config.energy().candidates();
            long[] shape = {rows, config.denoisedSteps(), config.denoisedWidth()};
            ByteBuffer x = ConditioningEncoder.direct(rows * config.denoisedSteps() * config.denoisedWidth());
            return leastNs(() -> chunk.denoise(x, condition, network.stepRow(0), shape));
        }
    }

    private long imagesNs() {
        try (PolicyNetwork.Chunk chunk = network.open()) {
            List<FeatureSpec> cameras = config.cameras();
            float[] image = new float[config.nObsSteps() * cameras.get(0).size()];
            ByteBuffer memory = ConditioningEncoder.direct(image.length);
            return leastNs(() -> chunk.encode(0, image, 0, config.nObsSteps(), memory));
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
