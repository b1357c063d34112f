package dev.dpros.ros.rosjava;

import dev.dpros.core.Transport.LogLine;
import dev.dpros.core.Transport.Severity;
import org.ros.message.Time;
import org.ros.node.ConnectedNode;
import org.ros.node.topic.Publisher;
import rosgraph_msgs.Log;

/** Lines on {@code /rosout} by ROSJava's own publisher of it. (Its logger would log each line here as well.) Any thread. */
final class RosJavaLog {
    private final String node;
    private final Publisher<Log> publisher;

    RosJavaLog(ConnectedNode node) {
        this.node = node.getName().toString();
        publisher = node.newPublisher("/rosout", Log._TYPE);
    }

    synchronized void log(LogLine line, long stampNs) {
        Log message = publisher.newMessage();
        message.getHeader().setStamp(new Time((int) (stampNs / 1_000_000_000L), (int) (stampNs % 1_000_000_000L)));
        message.setLevel(level(line.severity()));
        message.setName(node);
        message.setMsg(line.text());
        message.setFile(line.logger());
        message.setFunction(line.thread());
        publisher.publish(message);
    }

    private static byte level(Severity severity) {
        return switch (severity) {
            case DEBUG -> Log.DEBUG;
            case INFO -> Log.INFO;
            case WARN -> Log.WARN;
            case ERROR -> Log.ERROR;
        };
    }
}
