package dev.dpros.node.record;

import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import dev.dpros.datasets.MessageReaders;
import dev.dpros.messages.RosImageReader;
import dev.dpros.observation.RgbPictures;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.journal.SourceInfo;
import java.util.function.Function;

/** Reads recorded ROS messages for datasets: definitions come from the recording itself. One thread. */
public final class RosMessageReaders implements MessageReaders {
    private final Function<String, MessageTypes> types;

    /** @param types how messages of a type with this checksum are read; of an empty one, those that the program itself writes */
    public RosMessageReaders(Function<String, MessageTypes> types) {
        this.types = types;
    }

    @Override
    public VectorReader vector(SourceInfo source, String path) {
        return types.apply(source.md5()).parse(source.type(), source.definition()).vector(path);
    }

    @Override
    public PictureReader pictures(SourceInfo source, String key, boolean grey) {
        return new RgbPictures(key, RosImageReader.forType(types.apply(source.md5()), source.type()), grey);
    }

    @Override
    public Description describe(String type) {
        MessageType known = types.apply("").message(type);
        return new Description(known.type(), known.checksum(), known.definition());
    }

    @Override
    public Description describe(String type, boolean ros2, String definition) {
        MessageTypes middleware = types.apply(ros2 ? SourceInfo.ROS2_HASH : "");
        MessageType known = definition.isEmpty() ? middleware.message(type) : middleware.parse(type, definition);
        return new Description(type, known.checksum(), definition.isEmpty() ? known.definition() : definition);
    }
}
