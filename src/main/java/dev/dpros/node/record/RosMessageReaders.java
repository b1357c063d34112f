package dev.dpros.node.record;

import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import dev.dpros.datasets.MessageReaders;
import dev.dpros.datasets.Ros2Messages;
import dev.dpros.observation.RgbPictures;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros.message.FieldPath;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.RosImageReader;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;

/** Reads recorded messages of ROS 1 and ROS 2 for datasets: definitions come from the recording itself. One thread. */
public final class RosMessageReaders implements MessageReaders {
    @Override
    public VectorReader vector(SourceInfo source, String path) {
        return source.isRos2() ? Ros2Catalog.packaged().parse(source.type(), source.definition()).vector(FieldPath.parse(path))
                : FieldPath.compile(MessageDefinitions.parse(source.type(), source.definition()), path);
    }

    @Override
    public PictureReader pictures(SourceInfo source, String key, boolean grey) {
        return new RgbPictures(key, RosImageReader.forType(source.type()), grey);
    }

    @Override
    public Description describe(String type) {
        MessageSchema schema = SchemaCatalog.packaged().message(type);
        return new Description(schema.type(), schema.md5(), schema.definition());
    }

    @Override
    public Description describe(String type, boolean ros2, String definition) {
        if (ros2) {
            Ros2Schema schema = definition.isEmpty() ? Ros2Catalog.packaged().message(type) : Ros2Catalog.packaged().parse(type, definition);
            return new Description(schema.type(), schema.hash(), definition.isEmpty() ? schema.definition() : definition);
        }
        return definition.isEmpty() ? describe(type)
                : new Description(type, MessageDefinitions.parse(type, definition).md5(), definition);
    }

    @Override
    public Ros2Messages ros2(SourceInfo source) {
        return source.isRos2() ? new KeptMessages(source) : new ConvertedMessages(source);
    }
}
