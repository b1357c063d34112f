package dev.dpros.ros2.node;

import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import java.util.Map;

/** A node in a process of its own: counts on {@code /n}, answers {@code /child/go}. Ends when killed. */
public final class OwnPeer {
    private OwnPeer() {}

    /** @param arguments the domain */
    public static void main(String[] arguments) throws InterruptedException {
        Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(Integer.parseInt(arguments[0]), "child"));
        Publication publication = node.advertise("/n", "std_msgs/Int32", new PublicationOptions(false, 10));
        node.advertiseService("~/go", "std_srvs/Trigger", request -> Map.of("success", true, "message", "from the child"));
        for (int i = 1;; i++) {
            publication.publish(Map.of("data", i));
            Thread.sleep(20);
        }
    }
}
