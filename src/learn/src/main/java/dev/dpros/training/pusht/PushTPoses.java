package dev.dpros.training.pusht;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.training.data.DatasetColumns;
import dev.dpros.training.data.Frames;
import dev.dpros.training.data.ReplayData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Episodes of PushT as poses and actions: from these follow its keypoints, its pictures (by the simulator's camera) and its
 * mirror image. Immutable; any thread.
 *
 * @param name for messages
 * @param ends cumulative ends of the episodes
 * @param states {@code [steps, 5]}: agent x, y, block x, y in px, block angle in rad
 * @param actions {@code [steps, 2]} px
 * @param frames recorded pictures, or null: they are rendered
 */
public record PushTPoses(String name, int[] ends, float[] states, float[] actions, Frames frames) {
    private static final int STATE = 5;
    private static final float SIDE = 512;
    private static final FeatureSpec POSE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, STATE);
    private static final FeatureSpec IMAGE =
            FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, PushTCamera.SIZE, PushTCamera.SIZE);
    private static final FeatureSpec ACTION = FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 2);

    /**
     * Reads a dataset with columns {@code observation.state} [5] and {@code action} [2], as the public PushT data have them.
     *
     * @param pictures whether to read the recorded ones, if there are any; else they are rendered
     */
    public static PushTPoses read(EpisodeDataset dataset, boolean pictures) {
        boolean recorded = pictures && dataset.features().stream().anyMatch(f -> f.key().equals(IMAGE.key()));
        ReplayData data = DatasetColumns.read(dataset, recorded ? List.of(IMAGE, POSE, ACTION) : List.of(POSE, ACTION), Map.of());
        return new PushTPoses(dataset.name(), data.ends(), data.vectors().get(POSE.key()), data.vectors().get(ACTION.key()),
                recorded ? data.frames().get(IMAGE.key()) : null);
    }

    /** Number of steps. */
    public int steps() {
        return actions.length / 2;
    }

    /**
     * The same episodes seen in the mirror (x, y) -> (512 - y, 512 - x), which maps goal and walls onto themselves and the
     * block, symmetric about its stem, to angle pi/2 - angle. Its pictures are rendered.
     */
    public PushTPoses mirrored() {
        float[] mirroredStates = new float[states.length];
        float[] mirroredActions = new float[actions.length];
        for (int i = 0; i < steps(); i++) {
            reflect(states, STATE * i, mirroredStates, STATE * i);
            reflect(states, STATE * i + 2, mirroredStates, STATE * i + 2);
            mirroredStates[STATE * i + 4] = (float) (Math.PI / 2 - states[STATE * i + 4]);
            reflect(actions, 2 * i, mirroredActions, 2 * i);
        }
        return new PushTPoses(name + " (mirrored)", ends, mirroredStates, mirroredActions, null);
    }

    /** Only some of the episodes. */
    public PushTPoses only(IntPredicate chosen) {
        int[] kept = IntStream.range(0, ends.length).filter(chosen).toArray();
        int[] keptEnds = new int[kept.length];
        int total = 0;
        for (int i = 0; i < kept.length; i++) {
            total += ends[kept[i]] - start(kept[i]);
            keptEnds[i] = total;
        }
        float[] keptStates = new float[STATE * total];
        float[] keptActions = new float[2 * total];
        int[] rows = new int[total];
        int at = 0;
        for (int episode : kept) {
            int from = start(episode);
            int count = ends[episode] - from;
            System.arraycopy(states, STATE * from, keptStates, STATE * at, STATE * count);
            System.arraycopy(actions, 2 * from, keptActions, 2 * at, 2 * count);
            for (int i = 0; i < count; i++) {
                rows[at++] = from + i;
            }
        }
        return new PushTPoses(name, keptEnds, keptStates, keptActions,
                frames == null ? null : (row, rgb) -> frames.read(rows[row], rgb));
    }

    private int start(int episode) {
        return episode == 0 ? 0 : ends[episode - 1];
    }

    private static void reflect(float[] from, int at, float[] to, int out) {
        to[out] = SIDE - from[at + 1];
        to[out + 1] = SIDE - from[at];
    }

    /**
     * The columns of a policy: pictures for its camera, the agent's position for its state, the keypoints for its
     * environment's state.
     *
     * @throws InputException if it takes anything else
     */
    public ReplayData columns(List<FeatureSpec> inputs) {
        Map<String, float[]> vectors = new LinkedHashMap<>();
        Map<String, Frames> pictures = new LinkedHashMap<>();
        for (FeatureSpec input : inputs) {
            switch (input.kind()) {
                case VISUAL -> pictures.put(input.key(), frames == null ? rendered() : frames);
                case STATE -> vectors.put(input.key(), agent());
                case ENV -> vectors.put(input.key(), keypoints());
                default -> throw InputException.of(name, "input '" + input.key() + "'", "an observation", "an action", "");
            }
        }
        vectors.put(ACTION.key(), actions);
        List<FeatureSpec> features = new ArrayList<>(inputs);
        features.add(ACTION);
        return new ReplayData(name, features, ends, vectors, pictures);
    }

    /** Pictures of the poses, drawn when asked for. */
    public Frames rendered() {
        ThreadLocal<Renderer> renderers = ThreadLocal.withInitial(Renderer::new);
        return (row, rgb) -> renderers.get().draw(states, STATE * row, rgb);
    }

    private float[] agent() {
        float[] values = new float[2 * steps()];
        for (int i = 0; i < steps(); i++) {
            values[2 * i] = states[STATE * i];
            values[2 * i + 1] = states[STATE * i + 1];
        }
        return values;
    }

    private float[] keypoints() {
        int size = 2 * PushTEnv.KEYPOINTS;
        float[] values = new float[size * steps()];
        double[] one = new double[size];
        for (int i = 0; i < steps(); i++) {
            PushTEnv.keypointsAt(states[STATE * i + 2], states[STATE * i + 3], states[STATE * i + 4], one, 0);
            for (int k = 0; k < size; k++) {
                values[size * i + k] = (float) one[k];
            }
        }
        return values;
    }

    /** A camera and a world of one thread's own. */
    static final class Renderer {
        private final PushTEnv env = new PushTEnv();
        private final PushTCamera camera = new PushTCamera();

        void draw(float[] states, int at, byte[] rgb) {
            env.reset(states[at], states[at + 1], states[at + 2], states[at + 3], states[at + 4]);
            camera.render(env.world(), rgb, 0);
        }
    }
}
