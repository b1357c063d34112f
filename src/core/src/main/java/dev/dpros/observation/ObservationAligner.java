package dev.dpros.observation;

import dev.dpros.core.Clock;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ObservationSource;
import dev.dpros.core.ObservationWindow;
import java.util.List;

/**
 * Lays the sources' samples on the policy's grid: t_k = t_obs - (To-1-k) dt, k = 0..To-1.
 *
 * <p>t_obs is the newest time for which every camera has a frame, that is the smallest of their newest stamps; without
 * cameras, the same over the vectors. (diffusion_policy takes the largest and then, comparing strictly, never uses that
 * very frame: about 33 ms older at 30 Hz.) Each source gives its value at t_k by its own rule. Before the first sample
 * of an episode, that sample is repeated. A window in which a value is not the training data's constant is not given out:
 * an older sample may still be off when the newest no longer is.
 *
 * <p>{@link #fill} runs on the sampler thread; it neither blocks nor allocates, and reads only whole samples.
 */
public final class ObservationAligner implements ObservationSource {
    /** How often a read that the writer overtook is begun again, with newer samples, before it counts as failed. */
    static final int ATTEMPTS = 8;

    private final ObservationInput[] inputs;
    private final SampleReader[] readers;
    private final boolean[] leads;
    private final LatencySink[] ages;
    private final Clock clock;
    private final long stepNs;
    private final int steps;
    private volatile long overtaken;

    /**
     * An aligner for the policy's features.
     *
     * @param features the policy's inputs, in the order of the windows to be filled
     * @param inputs one source per feature, any order
     * @param steps To
     * @param stepNs dt, the period of the policy's grid
     * @param ages per feature, gets the age at use of its newest sample; same order as the features, or empty
     * @throws InputException if a feature has no source or two
     */
    public ObservationAligner(List<FeatureSpec> features, List<? extends ObservationInput> inputs, int steps,
            long stepNs, Clock clock, List<LatencySink> ages) {
        if (steps < 1 || stepNs <= 0) {
            throw InputException.of("observation grid", "To, dt", "at least 1, positive", steps + ", " + stepNs + " ns", "");
        }
        this.steps = steps;
        this.stepNs = stepNs;
        this.clock = clock;
        this.inputs = new ObservationInput[features.size()];
        readers = new SampleReader[features.size()];
        leads = new boolean[features.size()];
        boolean anyCamera = features.stream().anyMatch(f -> f.kind() == FeatureSpec.Kind.VISUAL);
        for (int i = 0; i < readers.length; i++) {
            FeatureSpec feature = features.get(i);
            this.inputs[i] = only(feature, inputs);
            readers[i] = this.inputs[i].reader();
            leads[i] = !anyCamera || feature.kind() == FeatureSpec.Kind.VISUAL;
        }
        this.ages = ages.toArray(new LatencySink[0]);
    }

    private static ObservationInput only(FeatureSpec feature, List<? extends ObservationInput> inputs) {
        List<? extends ObservationInput> found = inputs.stream()
                .filter(input -> input.feature().key().equals(feature.key())).toList();
        if (found.size() != 1) {
            throw InputException.of("observations", "sources of " + feature.key(), "one", Integer.toString(found.size()),
                    "map one topic to it");
        }
        if (!found.get(0).feature().equals(feature)) {
            throw InputException.of("observations", "shape of " + feature.key(), feature.shape().toString(),
                    found.get(0).feature().shape().toString(), "");
        }
        return found.get(0);
    }

    @Override
    public boolean fill(ObservationWindow window) {
        long newestNs = newestCommonNs();
        if (newestNs == Long.MIN_VALUE) {
            return false;
        }
        window.stampNs = newestNs;
        long now = ages.length == 0 ? 0 : clock.rosNs();
        for (int f = 0; f < readers.length; f++) {
            float[] values = window.values(f);
            int size = values.length / steps;
            for (int k = 0; k < steps; k++) {
                if (!read(readers[f], newestNs - (steps - 1 - k) * stepNs, values, k * size)) {
                    return false;
                }
            }
            if (inputs[f].health().constants().firstOff(values) >= 0) {
                return false;
            }
            long usedNs = readers[f].usedStampNs();
            window.setAgeNs(f, Math.max(0, newestNs - usedNs));
            if (f < ages.length) {
                ages[f].recordNs(now - usedNs);
            }
        }
        return true;
    }

    private boolean read(SampleReader reader, long timeNs, float[] out, int offset) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (reader.read(timeNs, out, offset)) {
                return true;
            }
            if (reader.newestStampNs() == Long.MIN_VALUE) {
                return false;
            }
        }
        overtaken++;
        return false;
    }

    /** The newest time for which every leading source has a sample, or MIN_VALUE if one has none. */
    private long newestCommonNs() {
        long common = Long.MAX_VALUE;
        for (int i = 0; i < readers.length; i++) {
            if (leads[i]) {
                common = Math.min(common, readers[i].newestStampNs());
            }
        }
        return common;
    }

    /** Stamp of the newest observation there is, which the next window would have; MIN_VALUE if none. Sampler thread. */
    public long newestStampNs() {
        return newestCommonNs();
    }

    /** Starts an episode: forgets every sample stamped before this time. Any thread; allocates. */
    public void reset(long stampNs) {
        for (ObservationInput input : inputs) {
            input.forgetBefore(stampNs);
        }
    }

    /** How often a window could not be read because writers overtook it; should stay 0. */
    public long overtaken() {
        return overtaken;
    }
}
