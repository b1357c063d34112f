package dev.dpros.node.record;

import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import dev.dpros.datasets.MessageReaders;
import dev.dpros.observation.RgbPictures;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros.message.FieldPath;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.RosImageReader;
import dev.dpros.ros.message.SchemaCatalog;

/** Reads recorded ROS messages for datasets: definitions come from the recording itself. One thread. */
public final class RosMessageReaders implements MessageReaders {
    @Override
    public VectorReader vector(SourceInfo source, String path) {
        return FieldPath.compile(MessageDefinitions.parse(source.type(), source.definition()), path);
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
}
