package dev.dpros.node.record;

import dev.dpros.datasets.Ros2Messages;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros2.message.Ros2Catalog;
import java.nio.ByteBuffer;

/** A recorded source of ROS 2 as it is. One thread. */
final class KeptMessages implements Ros2Messages {
    private final SourceInfo source;
    private final String type;

    KeptMessages(SourceInfo source) {
        this.source = source;
        type = Ros2Catalog.packaged().parse(source.type(), source.definition()).fullName();
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public String hash() {
        return source.md5();
    }

    @Override
    public String definition() {
        return source.definition();
    }

    @Override
    public ByteBuffer convert(ByteBuffer recorded) {
        return recorded;
    }
}
