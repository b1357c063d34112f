package dev.dpros.study;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.GuideConfig;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.RealTimeGuide;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingBatch;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.sim.PushTCamera;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * PushT driven by the product's control loop and sampling guides while each inference takes a given time, on a manual
 * clock: the same seeds give the same results on any machine. All episodes run side by side and may share the network's
 * evaluations; one to an evaluation, none depends on which others run. Confined to one thread.
 */
public final class DelayStudy {
    private static final long POLICY_STEP_NS = 100_000_000L;

    private final DiffusionPolicy policy;
    private final Normalizer normalizer;
    private final int most;

    /**
     * Studies this policy.
     *
     * @param definition what it was loaded from, see {@link PolicyReader}
     * @param most episodes that share one evaluation of the network, at least 1
     */
    public DelayStudy(DiffusionPolicy policy, PolicyDefinition definition, int most) {
        this.policy = policy;
        this.most = most;
        PolicyConfig config = definition.config();
        normalizer = definition.normalizers().getOrDefault(config.action().key(), Normalizer.identity(config.action().size()));
    }

    /**
     * Runs all seeds under one configuration; returns what came of each, in their order.
     *
     * @param finished hears how many episodes are over
     * @throws IllegalArgumentException if the configuration does not fit the policy
     */
    public List<DelayOutcome> run(DelayConfig config, List<Long> seeds, IntConsumer finished) {
        PushTCamera camera = new PushTCamera();
        PolicyConfig shape = policy.config();
        List<DelayedEpisode> episodes = new ArrayList<>();
        for (long seed : seeds) {
            episodes.add(new DelayedEpisode(seed, parts(config, seed), new ObservationWindow(shape.inputs(), shape.nObsSteps()),
                    camera));
        }
        List<DelayedEpisode> running = new ArrayList<>(episodes);
        while (!running.isEmpty()) {
            List<DelayedEpisode> asking = running.stream().filter(DelayedEpisode::tick).toList();
            draw(asking);
            running.forEach(DelayedEpisode::advance);
            running.removeIf(DelayedEpisode::over);
            finished.accept(episodes.size() - running.size());
        }
        return episodes.stream().map(DelayOutcome::of).toList();
    }

    private DelayedEpisode.Parts parts(DelayConfig config, long seed) {
        PolicyConfig shape = policy.config();
        int chunkSteps = shape.chunkSteps();
        if (config.actionSteps() < 1 || config.actionSteps() > chunkSteps) {
            throw new IllegalArgumentException("action steps: expected 1 to " + chunkSteps + ", found " + config.actionSteps());
        }
        long noiseSeed = new SplittableRandom(config.guide().seed()).nextLong() ^ new SplittableRandom(seed).nextLong();
        return new DelayedEpisode.Parts(
                clock -> config.strategy() == DelayStrategy.SYNCHRONOUS
                        ? new WaitingDriver(clock, config.actionSteps(), POLICY_STEP_NS)
                        : new LoopDriver(clock, config.control(chunkSteps)),
                clock -> guide(config, noiseSeed, clock), config.latencyNs(),
                config.strategy() == DelayStrategy.UNSTAMPED);
    }

    private SamplingGuide guide(DelayConfig config, long seed, ManualClock clock) {
        GuideConfig guide = config.guide();
        if (config.conditioning() == GuideConfig.Conditioning.NONE) {
            return SamplingGuide.plain(seed);
        }
        return new RealTimeGuide(new GuideConfig(config.conditioning(), guide.fall(), guide.warmTimestep(), guide.warmSteps(),
                guide.executionMarginNs(), null, seed), policy.config(), policy::scheduler, normalizer, clock);
    }

    /** Draws the chunks that are asked for at the same instant, together as far as they visit the same timesteps. */
    private void draw(List<DelayedEpisode> asking) {
        Map<String, List<DelayedEpisode>> groups = new LinkedHashMap<>();
        Map<DelayedEpisode, Sampling> samplings = new LinkedHashMap<>();
        for (DelayedEpisode episode : asking) {
            Sampling sampling = episode.sampling();
            samplings.put(episode, sampling);
            groups.computeIfAbsent(Arrays.toString(sampling.timesteps()), key -> new ArrayList<>()).add(episode);
        }
        for (List<DelayedEpisode> group : groups.values()) {
            for (int from = 0, end; from < group.size(); from = end) {
                end = (int) Math.min(group.size(), (long) from + most);
                draw(group.subList(from, end), samplings);
            }
        }
    }

    private void draw(List<DelayedEpisode> group, Map<DelayedEpisode, Sampling> samplings) {
        Prediction all = policy.predictAction(batch(group), SamplingBatch.of(group.stream().map(samplings::get).toList()));
        for (int row = 0; row < group.size(); row++) {
            group.get(row).drawn(new Prediction(1, new float[0], new float[0], all.actionSteps(),
                    all.actions(row, all.actionSteps()), all.denoisingSteps()));
        }
    }

    private ObservationBatch batch(List<DelayedEpisode> group) {
        List<FeatureSpec> features = policy.config().inputs();
        List<float[]> values = new ArrayList<>();
        for (int f = 0; f < features.size(); f++) {
            int each = policy.config().nObsSteps() * features.get(f).size();
            float[] all = new float[group.size() * each];
            for (int row = 0; row < group.size(); row++) {
                System.arraycopy(group.get(row).window().values(f), 0, all, row * each, each);
            }
            values.add(all);
        }
        return new ObservationBatch(group.size(), values);
    }
}
