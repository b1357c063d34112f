package dev.dpros.observation;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;

/**
 * The things asked of OpenCV: resize, demosaic, decode. Works on direct memory that the caller owns; headers of
 * the native matrices are kept while the memory and geometry stay the same, so a call allocates nothing (decoding: two
 * small headers per image). One thread per instance.
 *
 * <p>Creating the first instance loads only core, imgproc and imgcodecs: 0.5 s warm, against 0.9 s for all modules.
 */
final class OpenCv {
    static {
        // JavaCPP otherwise collects garbage, and then refuses, when the process (with its network) outgrows the heap limit
        System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxbytes", "0");
        Loader.load(opencv_imgproc.class);
        Loader.load(opencv_imgcodecs.class);
        opencv_core.setNumThreads(1); // images are small; the other cores belong to the network
    }

    private final Header source = new Header();
    private final Header target = new Header();
    private Size size = new Size(1, 1);
    private int sizeWidth = 1;
    private int sizeHeight = 1;

    /** A native matrix header over part of a direct buffer. */
    private static final class Header {
        private @Nullable ByteBuffer memory;
        private int offset;
        private int width;
        private int height;
        private int step;
        private int type;
        private @Nullable Mat mat;

        Mat over(ByteBuffer bytes, int newOffset, int newWidth, int newHeight, int newStep, int newType) {
            Mat old = mat;
            // the same memory, whatever is in it
            boolean same = bytes == memory && newOffset == offset && newWidth == width && newHeight == height && newStep == step
                    && newType == type;
            if (old != null && same) {
                return old;
            }
            if (old != null) {
                old.close();
            }
            memory = bytes;
            offset = newOffset;
            width = newWidth;
            height = newHeight;
            step = newStep;
            type = newType;
            BytePointer start = new BytePointer(bytes.duplicate().clear());
            Mat fresh = new Mat(height, width, type, start.position(offset), step);
            mat = fresh;
            return fresh;
        }
    }

    /** Bilinear resize of a part of the source into a part of the target; same pixel format. */
    void resize(PixelBuffer from, Part fromPart, PixelBuffer to, Part toPart) {
        Mat in = header(source, from, fromPart);
        Mat out = header(target, to, toPart);
        if (sizeWidth != toPart.width || sizeHeight != toPart.height) {
            size.close();
            size = new Size(toPart.width, toPart.height);
            sizeWidth = toPart.width;
            sizeHeight = toPart.height;
        }
        opencv_imgproc.resize(in, out, size, 0, 0, opencv_imgproc.INTER_LINEAR);
    }

    /** Bayer or 4:2:2 to RGB of as many bits; {@code code} is one of OpenCV's COLOR_Bayer*2RGB or COLOR_YUV2RGB_*. */
    void colours(PixelBuffer from, PixelBuffer to, int code) {
        opencv_imgproc.cvtColor(header(source, from, null), header(target, to, null), code);
    }

    /** 16 bits of full range to 8 bits, as cv_bridge does. */
    void narrow(PixelBuffer from, PixelBuffer to) {
        header(source, from, null).convertTo(header(target, to, null), opencv_core.CV_MAKETYPE(opencv_core.CV_8U, to.channels),
                255.0 / 65_535, 0);
    }

    /**
     * Decodes JPEG or PNG to BGR, or to 16-bit grey if the target is that, as stored (no EXIF turn);
     * false if the bytes are damaged or of another size than the target.
     */
    boolean decode(ByteBuffer bytes, int offset, int length, PixelBuffer to) {
        Mat in = source.over(bytes, offset, length, 1, length, opencv_core.CV_8UC1);
        Mat out = header(target, to, null);
        int kind = to.sampleBytes == 2 ? opencv_imgcodecs.IMREAD_ANYDEPTH : opencv_imgcodecs.IMREAD_COLOR;
        int flags = kind | opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
        try (Mat decoded = opencv_imgcodecs.imdecode(in, flags, out)) {
            return !decoded.empty() && decoded.rows() == to.height && decoded.cols() == to.width;
        }
    }

    private static Mat header(Header header, PixelBuffer pixels, @Nullable Part part) {
        int depth = pixels.sampleBytes == 2 ? opencv_core.CV_16U : opencv_core.CV_8U;
        int type = opencv_core.CV_MAKETYPE(depth, pixels.channels);
        int x = part == null ? 0 : part.x;
        int y = part == null ? 0 : part.y;
        int width = part == null ? pixels.width : part.width;
        int height = part == null ? pixels.height : part.height;
        int offset = pixels.offset + y * pixels.stepBytes + x * pixels.channels * pixels.sampleBytes;
        return header.over(pixels.bytes, offset, width, height, pixels.stepBytes, type);
    }

    /** A rectangle of pixels. */
    record Part(int x, int y, int width, int height) {}
}
