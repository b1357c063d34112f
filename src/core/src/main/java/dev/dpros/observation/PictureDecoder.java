package dev.dpros.observation;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageLayout.Declared;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.jspecify.annotations.Nullable;

/**
 * From a camera's message to interleaved pixels: decodes, demosaics, and refuses what would not be the picture that the
 * feature means. The live node and every data set read through it. One thread; once warm it allocates nothing for raw
 * images and below 1 kB for compressed ones. JPEGs are taken as stored: an EXIF orientation turns nothing, as in
 * image_transport and cv_bridge.
 */
final class PictureDecoder {
    private static final int MAX_PIXELS = 1 << 26;

    private final boolean coloured;
    private final boolean grey;
    private final CompressedHeader header = new CompressedHeader();
    private final PixelBuffer message = new PixelBuffer();
    private final PixelBuffer swapped = new PixelBuffer();
    private final PixelBuffer wide = new PixelBuffer();
    private final PixelBuffer decoded = new PixelBuffer();
    private @Nullable OpenCv openCv;
    private PixelBuffer pixels = message;

    /**
     * A decoder for one camera.
     *
     * @param channels of the feature: 1 or 3
     * @param grey whether a picture without colours may become a feature of three channels
     */
    PictureDecoder(int channels, boolean grey) {
        coloured = channels == 3;
        this.grey = grey;
    }

    /** Decodes one message, into which the layout points. @return null if done, else why not */
    @Nullable Rejection decode(ByteBuffer bytes, ImageLayout layout) {
        if (layout.dataOffset < 0 || layout.dataLength < 0
                || layout.dataOffset + (long) layout.dataLength > bytes.limit()) {
            return Rejection.MALFORMED;
        }
        return layout.encoding == ImageLayout.Encoding.COMPRESSED ? decompress(bytes, layout) : unpack(bytes, layout);
    }

    /** The pixels of the last message that was decoded: 8-bit RGB, BGR (with or without alpha) or grey, or 16-bit depth. */
    PixelBuffer pixels() {
        return pixels;
    }

    /** The library, loaded when it is first needed. */
    OpenCv openCv() {
        if (openCv == null) {
            openCv = new OpenCv();
        }
        return openCv;
    }

    private @Nullable Rejection unpack(ByteBuffer bytes, ImageLayout layout) {
        if (!message.locate(bytes, layout)) {
            return Rejection.MALFORMED;
        }
        pixels = message;
        switch (layout.encoding) {
            case U16C1 -> {
                return coloured ? Rejection.UNSUPPORTED : null;
            }
            case F32C1 -> {
                if (!coloured) {
                    millimetres();
                }
                return coloured ? Rejection.UNSUPPORTED : null;
            }
            case MONO8 -> {
                return coloured && !grey ? Rejection.COLOURLESS : null;
            }
            default -> {
                int code = colourCode(layout.encoding);
                if (code >= 0) {
                    colours(code);
                }
                return null;
            }
        }
    }

    private void millimetres() {
        decoded.allocate(message.width, message.height, 1, 2);
        decoded.red = 0;
        decoded.bytes.order(ByteOrder.LITTLE_ENDIAN);
        for (int y = 0; y < message.height; y++) {
            for (int x = 0; x < message.width; x++) {
                decoded.bytes.putShort(decoded.at(x, y), (short) message.depthOfMetres(x, y));
            }
        }
        pixels = decoded;
    }

    private void colours(int code) {
        decoded.allocate(message.width, message.height, 3, 1);
        decoded.red = 0;
        pixels = decoded;
        if (message.sampleBytes == 1) {
            openCv().colours(message, decoded, code);
            return;
        }
        wide.allocate(message.width, message.height, 3, 2);
        openCv().colours(message.bigEndian ? littleEndian() : message, wide, code);
        openCv().narrow(wide, decoded);
    }

    private PixelBuffer littleEndian() {
        swapped.allocate(message.width, message.height, 1, 2);
        swapped.bytes.order(ByteOrder.LITTLE_ENDIAN);
        for (int y = 0; y < message.height; y++) {
            for (int x = 0; x < message.width; x++) {
                swapped.bytes.putShort(swapped.at(x, y), (short) message.depth(x, y));
            }
        }
        return swapped;
    }

    private static int colourCode(ImageLayout.Encoding encoding) {
        return switch (encoding) {
            case BAYER_RGGB8, BAYER_RGGB16 -> opencv_imgproc.COLOR_BayerRGGB2RGB;
            case BAYER_BGGR8, BAYER_BGGR16 -> opencv_imgproc.COLOR_BayerBGGR2RGB;
            case BAYER_GBRG8, BAYER_GBRG16 -> opencv_imgproc.COLOR_BayerGBRG2RGB;
            case BAYER_GRBG8, BAYER_GRBG16 -> opencv_imgproc.COLOR_BayerGRBG2RGB;
            case YUV422 -> opencv_imgproc.COLOR_YUV2RGB_UYVY;
            case YUV422_YUY2 -> opencv_imgproc.COLOR_YUV2RGB_YUY2;
            default -> -1;
        };
    }

    private @Nullable Rejection decompress(ByteBuffer bytes, ImageLayout layout) {
        if (!header.parse(bytes, layout.dataOffset, layout.dataLength)
                || (long) header.width() * header.height() > MAX_PIXELS) {
            return Rejection.UNDECODABLE;
        }
        boolean deep = header.bits() > 8;
        if (layout.declared == Declared.MOSAIC || layout.declared == Declared.YUV && !header.colour()
                || layout.declared == Declared.DEEP && !deep || deep && (coloured || header.colour())) {
            return Rejection.UNSUPPORTED;
        }
        if (coloured && !header.colour() && !grey) {
            return Rejection.COLOURLESS;
        }
        decoded.allocate(header.width(), header.height(), deep ? 1 : 3, deep ? 2 : 1);
        decoded.red = deep ? 0 : 2;
        pixels = decoded;
        return openCv().decode(bytes, layout.dataOffset, layout.dataLength, decoded) ? null : Rejection.UNDECODABLE;
    }
}
