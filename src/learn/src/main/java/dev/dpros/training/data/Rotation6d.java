package dev.dpros.training.data;

/**
 * Actions of position, axis-angle and gripper as diffusion_policy learns them: position, the first two rows of the rotation
 * matrix, gripper (rotation_transformer.py, pytorch3d's rotation_6d). Stateless.
 */
final class Rotation6d {
    private static final int RECORDED = 7;
    private static final int CONVERTED = 10;
    private static final int ROTATION = 3;
    private static final int GRIPPER = 6;
    private static final double SMALL_RAD = 1e-8;

    private Rotation6d() {}

    /** Values of converted actions; 0 if so many are none of one arm or two. */
    static int converted(int recorded) {
        return recorded == RECORDED || recorded == 2 * RECORDED ? recorded / RECORDED * CONVERTED : 0;
    }

    /**
     * Converts.
     *
     * @param action {@code [7]}, or {@code [14]} of two arms: m, rad, the gripper's own unit
     * @return {@code [10]} or {@code [20]}
     */
    static float[] ofActions(float[] action) {
        float[] converted = new float[converted(action.length)];
        for (int arm = 0; arm * RECORDED < action.length; arm++) {
            int from = arm * RECORDED;
            int to = arm * CONVERTED;
            System.arraycopy(action, from, converted, to, ROTATION);
            rows(action[from + ROTATION], action[from + ROTATION + 1], action[from + ROTATION + 2], converted, to + ROTATION);
            converted[to + CONVERTED - 1] = action[from + GRIPPER];
        }
        return converted;
    }

    /** Rodrigues' formula, rows 0 and 1. */
    private static void rows(double x, double y, double z, float[] out, int at) {
        double angle = Math.sqrt(x * x + y * y + z * z);
        boolean small = angle < SMALL_RAD;
        double sine = small ? 1 : Math.sin(angle) / angle;
        double versine = small ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
        out[at] = (float) (1 - versine * (y * y + z * z));
        out[at + 1] = (float) (versine * x * y - sine * z);
        out[at + 2] = (float) (versine * x * z + sine * y);
        out[at + 3] = (float) (versine * x * y + sine * z);
        out[at + 4] = (float) (1 - versine * (x * x + z * z));
        out[at + 5] = (float) (versine * y * z - sine * x);
    }
}
