package dev.dpros.training.pusht;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.training.data.Batch;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PushTPosesTest {
    /** An episode of the simulator with the agent on its way through the block. */
    private static PushTPoses episode(int steps) {
        PushTEnv env = new PushTEnv();
        env.reset(100_003);
        float[] states = new float[5 * steps];
        float[] actions = new float[2 * steps];
        double[] state = new double[5];
        for (int i = 0; i < steps; i++) {
            env.readState(state, 0);
            for (int k = 0; k < 5; k++) {
                states[5 * i + k] = (float) state[k];
            }
            actions[2 * i] = (float) (256 + 180 * Math.sin(0.1 * i));
            actions[2 * i + 1] = (float) (256 + 180 * Math.cos(0.17 * i));
            env.step(actions[2 * i], actions[2 * i + 1]);
        }
        return new PushTPoses("test", new int[] {steps}, states, actions, null);
    }

    @Test
    void shouldBehaveInTheMirrorAsTheWorldDoesAwayFromWalls() {
        PushTPoses mirrored = episode(120).mirrored();
        PushTEnv env = new PushTEnv();
        float[] s = mirrored.states();
        env.reset(s[0], s[1], s[2], s[3], s[4]);
        double[] state = new double[5];
        for (int i = 0; i < 35; i++) {
            env.readState(state, 0);
            assertEquals(s[5 * i], state[0], 0.5, "step " + i);
            assertEquals(s[5 * i + 2], state[2], 0.5, "step " + i);
            assertEquals(s[5 * i + 3], state[3], 0.5, "step " + i);
            assertEquals(0, Math.IEEEremainder(s[5 * i + 4] - state[4], 2 * Math.PI), 0.01, "step " + i);
            env.step(mirrored.actions()[2 * i], mirrored.actions()[2 * i + 1]);
        }
        assertArrayEquals(episode(120).actions(), mirrored.mirrored().actions(), 1e-4f);
    }

    @Test
    void shouldGiveAPolicyItsColumns() {
        PushTPoses poses = episode(10);
        FeatureSpec agent = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 2);
        FeatureSpec points = FeatureSpec.of("observation.environment_state", FeatureSpec.Kind.ENV, 18);
        FeatureSpec image = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 96, 96);
        var data = poses.columns(List.of(agent, points, image));
        assertEquals(poses.states()[5 * 9 + 1], data.vectors().get(agent.key())[2 * 9 + 1]);
        PushTEnv env = new PushTEnv();
        env.reset(100_003);
        byte[] expected = new byte[PushTCamera.BYTES];
        new PushTCamera().render(env.world(), expected, 0);
        byte[] drawn = new byte[PushTCamera.BYTES];
        data.frames().get(image.key()).read(0, drawn);
        assertArrayEquals(expected, drawn);
        double[] keypoints = new double[18];
        env.readKeypoints(keypoints, 0);
        assertEquals(keypoints[7], data.vectors().get(points.key())[7], 1e-3);
    }

    @Test
    void shouldMoveKeypointsAsARigidBody() {
        float[] clean = new float[18];
        double[] points = new double[18];
        PushTEnv.keypointsAt(200, 250, 1, points, 0);
        for (int i = 0; i < 18; i++) {
            clean[i] = (float) points[i];
        }
        float[] noisy = clean.clone();
        new PoseNoise(2, 0.05).apply(FeatureSpec.of("k", FeatureSpec.Kind.ENV, 18), noisy, new SplittableRandom(3));
        assertTrue(Math.abs(noisy[0] - clean[0]) > 0.01);
        for (int i = 2; i < 18; i += 2) {
            assertEquals(Math.hypot(clean[i] - clean[0], clean[i + 1] - clean[1]),
                    Math.hypot(noisy[i] - noisy[0], noisy[i + 1] - noisy[1]), 1e-3);
        }
    }

    @Test
    void shouldLabelPicturesWithTheirKeypoints() {
        PushTPoses poses = episode(30);
        PoseFrames frames = new PoseFrames(List.of(poses), Normalizer.identity(18), "observation.image", 8, 1, 0.5);
        Batch batch = frames.make(4);
        TensorData image = batch.inputs().get("observation.image");
        assertEquals(List.of(8L, 1L, 3L, 96L, 96L), image.shape());
        for (int i = 0; i < 8; i++) {
            assertSlateAt(image, i, batch.action().bytes().asFloatBuffer().get(18 * i + 6),
                    batch.action().bytes().asFloatBuffer().get(18 * i + 7));
        }
        assertEquals(batch.action().bytes(), new PoseFrames(List.of(poses), Normalizer.identity(18), "observation.image", 8, 1, 0.5)
                .make(4).action().bytes());
    }

    /** The fourth keypoint lies inside the block, which is grey, unless the agent, blue, is over it. */
    private static void assertSlateAt(TensorData image, int i, float x, float y) {
        int column = Math.min(95, Math.max(0, Math.round(x * 96 / 512 - 0.5f)));
        int row = Math.min(95, Math.max(0, Math.round(y * 96 / 512 - 0.5f)));
        int at = i * 3 * 96 * 96 + row * 96 + column;
        float red = image.bytes().asFloatBuffer().get(at);
        float green = image.bytes().asFloatBuffer().get(at + 96 * 96);
        assertTrue(red < 0.75 && green < 0.8, "picture " + i + " at " + column + ", " + row + ": " + red + ", " + green);
    }
}
