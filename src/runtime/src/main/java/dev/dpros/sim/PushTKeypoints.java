package dev.dpros.sim;

/**
 * The nine keypoints on the block, in the data set's order: the reference's farthest-point samples of the drawn block
 * (random generator 0), in px of the block's frame.
 */
final class PushTKeypoints {
    private static final double[] LOCAL = {
        9.269786713763871, 90.04097352393619,
        -60.983472364471474, -1.1867297607997276,
        60.91275557727772, -1.3933642242328201,
        -0.2705034390160016, 25.54362499146542,
        -14.064927576212233, 122.81585355412153,
        39.002738500170146, 32.857404276587566,
        -39.966414424694534, 32.729655446429945,
        -16.82434437939744, 62.86317892234989,
        23.54146122024909, -1.7002881094626152
    };

    private PushTKeypoints() {}

    /** World keypoints as x, y pairs: {@code out[offset .. offset + 17]}. */
    static void read(double blockX, double blockY, double blockAngleRad, double[] out, int offset) {
        double cos = Math.cos(blockAngleRad);
        double sin = Math.sin(blockAngleRad);
        for (int i = 0; i < LOCAL.length; i += 2) {
            out[offset + i] = cos * LOCAL[i] - sin * LOCAL[i + 1] + blockX;
            out[offset + i + 1] = sin * LOCAL[i] + cos * LOCAL[i + 1] + blockY;
        }
    }
}
