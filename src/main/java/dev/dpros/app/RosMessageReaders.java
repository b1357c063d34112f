package dev.dpros.app;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.VectorReader;
import dev.dpros.recording.RecordingSource.Description;
import dev.dpros.recording.dataset.MessageReaders;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros.message.FieldPath;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.RosImageReader;
import dev.dpros.ros.message.SchemaCatalog;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.opencv_java;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.imgcodecs.Imgcodecs;
import org.opencv.imgproc.Imgproc;

/** Reads recorded ROS messages for datasets: definitions come from the recording itself. One thread. */
public final class RosMessageReaders implements MessageReaders {
    private boolean loaded;

    @Override
    public VectorReader vector(SourceInfo source, String path) {
        return FieldPath.compile(MessageDefinitions.parse(source.type(), source.definition()), path);
    }

    @Override
    public ImageReader image(SourceInfo source) {
        return RosImageReader.forType(source.type());
    }

    @Override
    public byte[] decode(ByteBuffer message, ImageLayout layout) {
        if (!loaded) {
            Loader.load(opencv_java.class);
            loaded = true;
        }
        byte[] bytes = new byte[layout.dataLength];
        message.get(layout.dataOffset, bytes);
        Mat image = layout.encoding == ImageLayout.Encoding.COMPRESSED ? decompress(bytes) : demosaic(bytes, layout);
        if (image == null || image.empty()) {
            return null;
        }
        layout.width = image.cols();
        layout.height = image.rows();
        byte[] rgb = new byte[Math.toIntExact(image.total() * 3)];
        image.get(0, 0, rgb);
        image.release();
        return rgb;
    }

    private static Mat decompress(byte[] bytes) {
        Mat file = new Mat(1, bytes.length, CvType.CV_8UC1);
        file.put(0, 0, bytes);
        Mat image = Imgcodecs.imdecode(file, Imgcodecs.IMREAD_COLOR);
        file.release();
        if (!image.empty()) {
            Imgproc.cvtColor(image, image, Imgproc.COLOR_BGR2RGB);
        }
        return image;
    }

    private static Mat demosaic(byte[] bytes, ImageLayout layout) {
        int code = switch (layout.encoding) { // OpenCV names a pattern by its second row
            case BAYER_RGGB8 -> Imgproc.COLOR_BayerBG2RGB;
            case BAYER_BGGR8 -> Imgproc.COLOR_BayerRG2RGB;
            case BAYER_GBRG8 -> Imgproc.COLOR_BayerGR2RGB;
            case BAYER_GRBG8 -> Imgproc.COLOR_BayerGB2RGB;
            default -> -1;
        };
        if (code < 0 || layout.stepBytes != layout.width) {
            return null;
        }
        Mat raw = new Mat(layout.height, layout.width, CvType.CV_8UC1);
        raw.put(0, 0, bytes, 0, layout.width * layout.height);
        Mat rgb = new Mat();
        Imgproc.cvtColor(raw, rgb, code);
        raw.release();
        return rgb;
    }

    @Override
    public Description describe(String type) {
        MessageSchema schema = SchemaCatalog.packaged().message(type);
        return new Description(schema.type(), schema.md5(), schema.definition());
    }
}
