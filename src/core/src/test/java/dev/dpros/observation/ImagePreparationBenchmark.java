package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From a camera's message to {@code float32 [3, 96, 96]}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ImagePreparationBenchmark {
    private static final FeatureSpec IMAGE = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 96, 96);

    /** Encoding and size of the camera's image. */
    @Param({"RGB8 96x96", "BGR8 640x480", "BAYER_RGGB8 640x480", "COMPRESSED 640x480"})
    public String camera;

    private final ImagePreparation preparation = new ImagePreparation(IMAGE, Fit.STRETCH, 1, false);
    private final ImageLayout layout = new ImageLayout();
    private final float[] out = new float[IMAGE.size()];
    private ByteBuffer message;

    /** Makes the message. */
    @Setup
    public void setUp() throws IOException {
        String[] parts = camera.split("[ x]");
        layout.encoding = ImageLayout.Encoding.valueOf(parts[0]);
        layout.width = Integer.parseInt(parts[1]);
        layout.height = Integer.parseInt(parts[2]);
        int channels = parts[0].startsWith("BAYER") ? 1 : 3;
        layout.stepBytes = layout.width * channels;
        byte[] data = new byte[layout.stepBytes * layout.height];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i / 7 + i % 13);
        }
        if (layout.encoding == ImageLayout.Encoding.COMPRESSED) {
            BufferedImage image = new BufferedImage(layout.width, layout.height, BufferedImage.TYPE_3BYTE_BGR);
            image.getRaster().setDataElements(0, 0, layout.width, layout.height, data);
            ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
            ImageIO.write(image, "jpg", jpeg);
            data = jpeg.toByteArray();
        }
        layout.dataLength = data.length;
        message = ByteBuffer.allocateDirect(data.length).put(0, data);
    }

    /** Prepares one image. */
    @Benchmark
    public Object prepare() {
        return preparation.prepare(message, layout, out);
    }
}
