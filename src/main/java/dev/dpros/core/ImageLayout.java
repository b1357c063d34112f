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
        /** Bayer pattern RGGB. */ BAYER_RGGB8,
        /** Bayer pattern BGGR. */ BAYER_BGGR8,
        /** Bayer pattern GBRG. */ BAYER_GBRG8,
        /** Bayer pattern GRBG. */ BAYER_GRBG8,
        /** JPEG or PNG bytes, from CompressedImage. */ COMPRESSED
    }

    /** Header stamp, ns since the epoch; 0 if none. */
    public long stampNs;
    /** Width in pixels; 0 for compressed images (known after decoding). */
    public int width;
    /** Height in pixels; 0 for compressed images. */
    public int height;
    /** Bytes per row. */
    public int stepBytes;
    /** Whether 16-bit pixels are big-endian. */
    public boolean bigEndian;
    /** Pixel encoding. */
    public Encoding encoding;
    /** Index of the first pixel byte in the message buffer. */
    public int dataOffset;
    /** Number of pixel bytes. */
    public int dataLength;
}
