package dev.dpros.setup;

import java.util.List;

/**
 * All that a first robot configuration says. Immutable.
 *
 * @param policy as the file has it
 * @param transport middleware; empty for the default
 * @param sampling lines below {@code sampler}
 * @param inputs the policy's, in order
 * @param actions where commands go; together they take each joint once
 * @param joints limits, one per dimension of the action
 * @param otherOrder whether a topic of the robot has these joints in another order
 * @param rateHz the policy's
 * @param actionSteps actions of a chunk that are carried out
 * @param source where joints and limits come from, for the file's head
 */
record RobotDraft(String policy, String transport, List<String> sampling, List<InputDraft> inputs, List<ActionDraft> actions, List<JointDraft> joints,
        boolean otherOrder, Rate rateHz, int actionSteps, String source) {
    /** The policy's rate. @param guess whether nobody said so */
    record Rate(double hz, boolean guess) {}

    /**
     * Where commands go.
     *
     * @param joints those that it takes
     * @param measured the measured position's topic where the policy's inputs have it not; empty else
     * @param remark comment behind the topic, without its sign; empty for none
     * @param guess whether that is to be checked
     */
    record ActionDraft(String topic, String type, List<JointDraft> joints, String measured, String remark, boolean guess) {}
}
