package dev.dpros.faults;

import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.Witness.NodeState;
import dev.dpros.transports.Ros1;
import java.nio.file.Path;

/**
 * {@code dpros run} and a robot of PushT, on this process's class path, with a policy that is on a server alone: says when it drives,
 * holds and drives again. Argument: its configuration.
 */
final class RemoteOnlyChild {
    private RemoteOnlyChild() {}

    public static void main(String[] args) throws Exception {
        try {
            Class.forName("ai.djl.engine.Engine");
            throw new IllegalStateException("DJL is on the class path");
        } catch (ClassNotFoundException e) {
            System.out.println("no DJL here");
        }
        try (FaultRig rig = new FaultRig(new Ros1(), Path.of(args[0]), Kind.CHILD_PROCESS, 100_000)) {
            rig.drive();
            System.out.println("drives");
            long drivesNs = FaultRig.nowNs();
            rig.require("the node holds", () -> rig.witness().last(drivesNs) != null && rig.witness().last(drivesNs).state() == RemoteRig.HOLD);
            System.out.println("holds");
            long heldNs = FaultRig.nowNs();
            rig.require("the node drives again", () -> rig.drives(heldNs));
            System.out.println("drives again");
            if (rig.witness().states().since(drivesNs).stream().anyMatch(entry -> entry.value().state() == NodeState.FAULT)) {
                throw new IllegalStateException("the node was in fault");
            }
        }
    }
}
