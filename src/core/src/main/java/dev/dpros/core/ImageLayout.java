package dev.dpros.core;

/** Where the pixels of one serialized image message are. A reusable slot, owned by the thread that reads. */
public final class ImageLayout {
    /** Pixel encodings a camera may send; names as in {@code sensor_msgs/image_encodings.h}. */
    public enum Encoding {
        /** 8-bit RGB. */ RGB8,
        /** 8-bit BGR. */ BGR8,
        /** 8-bit RGBA. */ RGBA8,
        /** 8-bit BGRA. */ BGRA8,
        /** 8-bit grey. */ MONO8,
        /** 16-bit single channel, depth in mm. */ U16C1,
        /** float32 single channel, depth in m (REP 118). */ F32C1,
        /** Bayer pattern RGGB. */ BAYER_RGGB8,
        /** Bayer pattern BGGR. */ BAYER_BGGR8,
        /** Bayer pattern GBRG. */ BAYER_GBRG8,
        /** Bayer pattern GRBG. */ BAYER_GRBG8,
        /** Bayer pattern RGGB, 16 bits of full range. */ BAYER_RGGB16,
        /** Bayer pattern BGGR, 16 bits of full range. */ BAYER_BGGR16,
        /** Bayer pattern GBRG, 16 bits of full range. */ BAYER_GBRG16,
        /** Bayer pattern GRBG, 16 bits of full range. */ BAYER_GRBG16,
        /** 4:2:2, bytes U Y V Y. */ YUV422,
        /** 4:2:2, bytes Y U Y V. */ YUV422_YUY2,
        /** JPEG or PNG bytes, from CompressedImage. */ COMPRESSED
    }

    /** What the {@code format} of a compressed image says of the picture that was compressed. */
    public enum Declared {
        /** Nothing that matters: the decoded picture is the camera's. */ PLAIN,
        /** A Bayer mosaic that nobody turned into colours. */ MOSAIC,
        /** Luma and chroma that nobody turned into colours. */ YUV,
        /** More than 8 bits per sample. */ DEEP
    }

    /** Header stamp, ns since the epoch; 0 if none. */
    public long stampNs;
    /** Width in pixels; 0 for compressed images (known after decoding). */
    public int width;
    /** Height in pixels; 0 for compressed images. */
    public int height;
    /** Bytes per row. */
    public int stepBytes;
    /** Whether pixels of 16 or 32 bits are big-endian. */
    public boolean bigEndian;
    /** Pixel encoding. */
    @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
    public Encoding encoding;
    /** What a compressed image's format says; PLAIN for raw images. */
    public Declared declared = Declared.PLAIN;
    /** Index of the first pixel byte in the message buffer. */
    public int dataOffset;
    /** Number of pixel bytes. */
    public int dataLength;
}
