package dev.dpros.diffusion;

/** How a policy is told of poses, and tells them, with respect to a base: the newest pose that was observed (UMI: pose_repr). */
public enum PoseRepresentation {
    /** As they are. */
    ABS {
        @Override
        public Pose[] represented(Pose[] poses, Pose base) {
            return poses.clone();
        }

        @Override
        public Pose[] restored(Pose[] represented, Pose base) {
            return represented.clone();
        }
    },
    /** In the base's own frame: {@code base^-1 pose}. */
    RELATIVE {
        @Override
        public Pose[] represented(Pose[] poses, Pose base) {
            Pose inverse = base.inverse();
            Pose[] out = new Pose[poses.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = inverse.times(poses[i]);
            }
            return out;
        }

        @Override
        public Pose[] restored(Pose[] represented, Pose base) {
            Pose[] out = new Pose[represented.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = base.times(represented[i]);
            }
            return out;
        }
    },
    /** Apart from the pose before it, the first from the base; translation and rotation each along the outer frame's axes. */
    DELTA {
        @Override
        public Pose[] represented(Pose[] poses, Pose base) {
            Pose[] out = new Pose[poses.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = poses[i].apartFrom(i == 0 ? base : poses[i - 1]);
            }
            return out;
        }

        @Override
        public Pose[] restored(Pose[] represented, Pose base) {
            Pose[] out = new Pose[represented.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = represented[i].addedTo(i == 0 ? base : out[i - 1]);
            }
            return out;
        }
    },
    /** Apart from the base, along the outer frame's axes: UMI's first representation, kept for its old checkpoints. */
    REL {
        @Override
        public Pose[] represented(Pose[] poses, Pose base) {
            Pose[] out = new Pose[poses.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = poses[i].apartFrom(base);
            }
            return out;
        }

        @Override
        public Pose[] restored(Pose[] represented, Pose base) {
            Pose[] out = new Pose[represented.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = represented[i].addedTo(base);
            }
            return out;
        }
    };

    /** Poses as the policy has them. */
    public abstract Pose[] represented(Pose[] poses, Pose base);

    /** The poses that {@link #represented} gave these. */
    public abstract Pose[] restored(Pose[] represented, Pose base);
}
