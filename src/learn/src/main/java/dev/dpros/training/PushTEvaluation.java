package dev.dpros.training;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * The reference's evaluation protocol (diffusion_policy, pusht_image_runner.py): the first Ta actions of each chunk are
 * executed at 10 Hz, an episode's score is its largest reward within {@code maxSteps}, it ends when coverage exceeds
 * 0.95. Environments are stepped together and share each network evaluation. The noise of an episode depends on its seed
 * alone, so scores do not depend on the batch. Confined to one thread.
 */
public final class PushTEvaluation {
    /** Steps of an episode in the reference's protocol. */
    public static final int REFERENCE_STEPS = 300;

    private final DiffusionPolicy policy;
    private final int actionSteps;
    private final int batchSize;
    private final int maxSteps;
    private final long noiseSeed;

    /**
     * How one episode went.
     *
     * @param seed of the legacy reset
     * @param maxReward largest reward, min(1, coverage / 0.95)
     * @param steps control steps until success or the limit
     * @param success whether coverage exceeded 0.95
     */
    public record Episode(long seed, double maxReward, int steps, boolean success) {}

    /** Sees episodes as they go on. */
    public interface Watcher {
        /**
         * After the reset and each step. Called from the evaluation's thread.
         *
         * @param last whether the episode is over
         */
        void saw(long seed, PushTEnv env, boolean last);
    }

    /**
     * An evaluation.
     *
     * @param actionSteps actions executed per chunk, Ta; at most the chunk's
     * @param batchSize environments per network evaluation
     * @param maxSteps longest episode
     * @throws dev.dpros.core.InputException if the policy needs observations that PushT does not have
     */
    public PushTEvaluation(DiffusionPolicy policy, int actionSteps, int batchSize, int maxSteps, long noiseSeed) {
        PolicyConfig config = policy.config();
        config.inputs().forEach(PushTRollout::requireKnown);
        int most = config.chunkSteps();
        if (actionSteps < 1 || actionSteps > most || batchSize < 1 || maxSteps < 1) {
            throw new IllegalArgumentException("action steps: expected 1 to " + most + ", found " + actionSteps
                    + "; batch " + batchSize + ", steps " + maxSteps);
        }
        this.policy = policy;
        this.actionSteps = actionSteps;
        this.batchSize = batchSize;
        this.maxSteps = maxSteps;
        this.noiseSeed = noiseSeed;
    }

    /** Runs all seeds; {@code finished} hears how many episodes have ended. Results in the order of the seeds, which differ. */
    public List<Episode> run(List<Long> seeds, IntConsumer finished) {
        return run(seeds, finished, (seed, env, last) -> { });
    }

    /** The same with somebody who watches. */
    public List<Episode> run(List<Long> seeds, IntConsumer finished, Watcher watcher) {
        PushTCamera camera = new PushTCamera();
        Map<Long, Episode> done = new HashMap<>();
        List<PushTRollout> running = new ArrayList<>();
        List<NoiseSource> noise = new ArrayList<>();
        int next = 0;
        while (done.size() < seeds.size()) {
            while (running.size() < batchSize && next < seeds.size()) {
                long seed = seeds.get(next++);
                PushTRollout rollout = new PushTRollout(seed, camera, policy.config().inputs(), policy.config().nObsSteps());
                running.add(rollout);
                watcher.saw(seed, rollout.env(), false);
                noise.add(NoiseSource.seeded(new SplittableRandom(noiseSeed).nextLong() ^ new SplittableRandom(seed).nextLong()));
            }
            advance(running, noise, watcher);
            for (int i = running.size() - 1; i >= 0; i--) {
                PushTRollout rollout = running.get(i);
                if (over(rollout)) {
                    done.put(rollout.seed(), new Episode(rollout.seed(), rollout.env().maxReward(), rollout.env().steps(),
                            rollout.env().done()));
                    running.remove(i);
                    noise.remove(i);
                }
            }
            finished.accept(done.size());
        }
        return seeds.stream().map(done::get).toList();
    }

    private void advance(List<PushTRollout> running, List<NoiseSource> noise, Watcher watcher) {
        Prediction prediction = policy.predictAction(
                PushTRollout.batch(running, policy.config().inputs(), policy.config().nObsSteps()), Sampling.of(noise));
        for (int i = 0; i < running.size(); i++) {
            PushTRollout rollout = running.get(i);
            double[] actions = prediction.actions(i, actionSteps);
            for (int k = 0; k < actionSteps && !over(rollout); k++) {
                rollout.step(actions[2 * k], actions[2 * k + 1]);
                watcher.saw(rollout.seed(), rollout.env(), over(rollout));
            }
        }
    }

    private boolean over(PushTRollout rollout) {
        return rollout.env().done() || rollout.env().steps() >= maxSteps;
    }
}
