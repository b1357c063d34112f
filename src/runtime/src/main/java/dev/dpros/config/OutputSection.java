package dev.dpros.config;

import java.util.List;

/**
 * What is published besides the commands.
 *
 * @param state {@code ~state}, at the control rate
 * @param chunk {@code ~chunk}, per inference
 * @param plan {@code ~plan}, per inference
 * @param diagnostics {@code /diagnostics}, at 1 Hz
 */
public record OutputSection(boolean state, boolean chunk, Plan plan, boolean diagnostics) {
    /**
     * The planned chunk as nav_msgs/Path, for rviz.
     *
     * @param dims names of the action's dimensions that are x, y and, if there are three, z; empty for no plan
     * @param frameId frame of the path; empty for that of the commands
     */
    public record Plan(List<String> dims, String frameId) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Plan {
            dims = List.copyOf(dims);
            if (dims.size() == 1 || dims.size() > 3) {
                throw new IllegalArgumentException("dims: expected none, two (x, y) or three (x, y, z), found " + dims);
            }
        }
    }
}
