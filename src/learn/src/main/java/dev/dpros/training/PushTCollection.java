package dev.dpros.training;

import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
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
 * Plays a policy in the simulator with foresight, to make demonstrations better than the policy: of K sampled chunks the
 * one is executed that, tried out in a second simulator, covers most of the goal. Far from the goal, where coverage says
 * little, it is the first one. Confined to one thread.
 */
public final class PushTCollection {
    /** Coverage from which on it chooses. */
    private static final double NEAR = 0.6;

    private final DiffusionPolicy policy;
    private final Options options;
    private final PushTEnv trial = new PushTEnv();

    /**
     * How to play.
     *
     * @param samples chunks to choose from, K
     * @param actionSteps actions executed per chunk, Ta; all of a chunk's actions are tried out
     * @param batchSize episodes played at a time
     * @param maxSteps longest episode
     * @param noiseSeed of the sampler's noise
     */
    public record Options(int samples, int actionSteps, int batchSize, int maxSteps, long noiseSeed) {}

    /**
     * One episode.
     *
     * @param seed of the legacy reset
     * @param states {@code [steps][5]} before each action: agent x, y, block x, y in px, angle in rad
     * @param actions {@code [steps][2]} px
     * @param maxReward largest reward
     * @param success whether coverage exceeded 0.95, which ends the episode
     */
    public record Episode(long seed, List<double[]> states, List<double[]> actions, double maxReward, boolean success) {}

    private record Playing(PushTRollout rollout, NoiseSource noise, List<double[]> states, List<double[]> actions) {}

    /** @throws dev.dpros.core.InputException if the policy needs observations that PushT does not have */
    public PushTCollection(DiffusionPolicy policy, Options options) {
        policy.config().inputs().forEach(PushTRollout::requireKnown);
        int most = policy.config().chunkSteps();
        if (options.samples() < 1 || options.actionSteps() < 1 || options.actionSteps() > most || options.batchSize() < 1) {
            throw new IllegalArgumentException("collection: samples " + options.samples() + ", action steps "
                    + options.actionSteps() + " (at most " + most + "), batch " + options.batchSize());
        }
        this.policy = policy;
        this.options = options;
    }

    /** Plays all seeds; {@code finished} hears how many episodes have ended. Results in the order of the seeds. */
    public List<Episode> run(List<Long> seeds, IntConsumer finished) {
        PushTCamera camera = new PushTCamera();
        Map<Long, Episode> done = new HashMap<>();
        List<Playing> playing = new ArrayList<>();
        int next = 0;
        while (done.size() < seeds.size()) {
            while (playing.size() < options.batchSize() && next < seeds.size()) {
                playing.add(begin(seeds.get(next++), camera));
            }
            advance(playing);
            for (int i = playing.size() - 1; i >= 0; i--) {
                Playing one = playing.get(i);
                PushTEnv env = one.rollout().env();
                if (env.done() || env.steps() >= options.maxSteps()) {
                    done.put(one.rollout().seed(), new Episode(one.rollout().seed(), one.states(), one.actions(),
                            env.maxReward(), env.done()));
                    playing.remove(i);
                }
            }
            finished.accept(done.size());
        }
        return seeds.stream().map(done::get).toList();
    }

    private Playing begin(long seed, PushTCamera camera) {
        PushTRollout rollout = new PushTRollout(seed, camera, policy.config().inputs(), policy.config().nObsSteps());
        long noise = new SplittableRandom(options.noiseSeed()).nextLong() ^ new SplittableRandom(seed).nextLong();
        return new Playing(rollout, NoiseSource.seeded(noise), new ArrayList<>(), new ArrayList<>());
    }

    private void advance(List<Playing> playing) {
        List<NoiseSource> noise = new ArrayList<>();
        for (Playing one : playing) {
            for (int k = 0; k < options.samples(); k++) {
                noise.add(one.noise());
            }
        }
        ObservationBatch batch = PushTRollout.batch(playing.stream().map(Playing::rollout).toList(),
                policy.config().inputs(), policy.config().nObsSteps());
        Prediction prediction = policy.predictAction(batch, Sampling.of(noise));
        for (int i = 0; i < playing.size(); i++) {
            execute(playing.get(i), chosen(playing.get(i), prediction, i * options.samples()));
        }
    }

    private void execute(Playing one, double[] chunk) {
        PushTEnv env = one.rollout().env();
        for (int k = 0; k < options.actionSteps() && !env.done() && env.steps() < options.maxSteps(); k++) {
            double[] state = new double[5];
            env.readState(state, 0);
            one.states().add(state);
            one.actions().add(new double[] {chunk[2 * k], chunk[2 * k + 1]});
            one.rollout().step(chunk[2 * k], chunk[2 * k + 1]);
        }
    }

    private double[] chosen(Playing one, Prediction prediction, int firstRow) {
        double[] best = prediction.actions(firstRow, prediction.actionSteps());
        double most = NEAR;
        for (int k = 0; k < options.samples(); k++) {
            double[] chunk = prediction.actions(firstRow + k, prediction.actionSteps());
            double value = tried(one, chunk);
            if (value > most) {
                most = value;
                best = chunk;
            }
        }
        return best;
    }

    /** Largest coverage that a chunk reaches; of those that succeed, the earlier is worth more. */
    private double tried(Playing one, double[] chunk) {
        trial.reset(one.rollout().seed());
        for (double[] action : one.actions()) {
            trial.step(action[0], action[1]);
        }
        double most = 0;
        for (int k = 0; k < chunk.length / 2; k++) {
            trial.step(chunk[2 * k], chunk[2 * k + 1]);
            if (trial.done()) {
                return 2 - (double) k / chunk.length;
            }
            most = Math.max(most, trial.coverage());
        }
        return most;
    }
}
