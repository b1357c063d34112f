package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * From a camera's message to the policy's image: decode or demosaic, fit to size, {@code float32 [C, H, W]} in [0, 1],
 * RGB or grey. One thread; once warm it allocates nothing for raw images and below 1 kB for compressed ones. Errors
 * come back as a reason.
 *
 * <p>An image that already has the policy's size and needs no decoding never touches OpenCV, whose libraries load on
 * the first image that does.
 */
final class ImagePreparation {
    private final int channels;
    private final int height;
    private final int width;
    private final Fit fit;
    private final ChwConverter converter;
    private final PictureDecoder decoder;
    private final PixelBuffer fitted = new PixelBuffer();
    private int fittedWidth;
    private int fittedHeight;
    private int fittedFormat;
    private OpenCv.Part from = new OpenCv.Part(0, 0, 0, 0);
    private OpenCv.Part to = from;

    /** Prepares images for this feature; {@code grey}: pictures without colours may become three channels. */
    ImagePreparation(FeatureSpec feature, Fit fit, int depthMaxMm, boolean grey) {
        channels = feature.shape().get(0);
        height = feature.shape().get(1);
        width = feature.shape().get(2);
        this.fit = fit;
        decoder = new PictureDecoder(channels, grey);
        converter = new ChwConverter(channels, height, width, depthMaxMm);
    }

    /**
     * Prepares one image.
     *
     * @param bytes the message; the layout points into it
     * @param out {@code [C, H, W]}
     * @return null if done, else why not; {@code out} is then undefined
     */
    SourceStatistics.@Nullable Rejection prepare(ByteBuffer bytes, ImageLayout layout, float[] out) {
        SourceStatistics.Rejection refused = decoder.decode(bytes, layout);
        if (refused != null) {
            return refused;
        }
        PixelBuffer pixels = decoder.pixels();
        if (pixels.width != width || pixels.height != height) {
            if (fit == Fit.EXACT) {
                return SourceStatistics.Rejection.WRONG_SIZE;
            }
            pixels = fitted(pixels);
        }
        converter.convert(pixels, out);
        return null;
    }

    /** Whether the last two prepared images were equal, byte by byte. */
    boolean repeated() {
        return converter.repeated();
    }

    /** Brightness contrast of the last prepared image, grey levels of 255. */
    double deviation() {
        return converter.deviation();
    }

    private PixelBuffer fitted(PixelBuffer pixels) {
        int format = pixels.channels * 2 + pixels.sampleBytes;
        if (pixels.width != fittedWidth || pixels.height != fittedHeight || format != fittedFormat) {
            plan(pixels);
            fittedWidth = pixels.width;
            fittedHeight = pixels.height;
            fittedFormat = format;
        }
        fitted.red = pixels.red;
        fitted.bigEndian = pixels.bigEndian;
        decoder.openCv().resize(pixels, from, fitted, to);
        return fitted;
    }

    /** Works out which part of the image goes where, and blackens the rest. */
    private void plan(PixelBuffer pixels) {
        fitted.allocate(width, height, pixels.channels, pixels.sampleBytes);
        for (int i = 0; i < fitted.bytes.capacity(); i++) {
            fitted.bytes.put(i, (byte) 0);
        }
        from = new OpenCv.Part(0, 0, pixels.width, pixels.height);
        to = new OpenCv.Part(0, 0, width, height);
        boolean wider = (long) pixels.width * height > (long) pixels.height * width;
        if (fit == Fit.CROP) {
            from = wider
                    ? centred(pixels, Math.max(1, Math.round((float) pixels.height * width / height)), pixels.height)
                    : centred(pixels, pixels.width, Math.max(1, Math.round((float) pixels.width * height / width)));
        } else if (fit == Fit.LETTERBOX) {
            to = wider
                    ? centred(fitted, width, Math.max(1, Math.round((float) pixels.height * width / pixels.width)))
                    : centred(fitted, Math.max(1, Math.round((float) pixels.width * height / pixels.height)), height);
        }
    }

    private static OpenCv.Part centred(PixelBuffer whole, int partWidth, int partHeight) {
        return new OpenCv.Part((whole.width - partWidth) / 2, (whole.height - partHeight) / 2, partWidth, partHeight);
    }
}
