package dev.dpros.cli.demo;

import dev.dpros.core.Transport;
import dev.dpros.simnode.Arm7WorldNode;
import dev.dpros.simnode.PushTWorldNode;
import dev.dpros.simnode.WorldNode;
import dev.dpros.simnode.WorldPace;
import java.util.Locale;

/** The worlds of the demonstration. Stateless. */
enum DemoWorld {
    /** The T and the agent that pushes it; scored as the reference does. */
    PUSHT("coverage", 0.95, "launch/pusht.yaml") {
        @Override
        WorldNode node(Transport transport) {
            return new PushTWorldNode(transport, PushTWorldNode.Options.DEFAULT);
        }
    },
    /** The seven-joint arm with two cameras; its finger tips are to come above the block. */
    ARM7("reward", 0.999, "launch/arm7.yaml") {
        @Override
        WorldNode node(Transport transport) {
            return new Arm7WorldNode(transport, WorldPace.REAL_TIME, CAMERA_HZ);
        }
    };

    /** Enough for a policy at 10 Hz, and half the work of drawing. */
    private static final double CAMERA_HZ = 15;

    private final String success;
    private final double above;
    private final String config;

    DemoWorld(String success, double above, String config) {
        this.success = success;
        this.above = above;
        this.config = config;
    }

    /** Its node, which is still. */
    abstract WorldNode node(Transport transport);

    /** Name of its node. */
    String nodeName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its topic, below its name, that tells of success; {@code reward} is there in all of them. */
    String successTopic() {
        return success;
    }

    /** An episode has succeeded once that topic was above this. */
    double successAbove() {
        return above;
    }

    /** The robot's configuration, below the product's folder. */
    String config() {
        return config;
    }
}
