package dev.dpros.core;

/** One camera image for people to look at: a reusable slot, owned by one thread. Grows to the largest frame. */
public final class CameraFrame {
    /** How the bytes are to be read. */
    public enum Format {
        /** Packed 8-bit RGB rows. */ RGB8,
        /** A JPEG or PNG file, as the camera sent it. */ COMPRESSED
    }

    /** Number of the frame; increases. */
    public long number;
    /** Header stamp, ns; 0 if none. */
    public long stampNs;
    /** Arrival, {@link Clock#monotonicNs()}. */
    public long receivedNs;
    /** How to read the bytes. */
    @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
    public Format format;
    /** Width in pixels; 0 for compressed. */
    public int width;
    /** Height in pixels; 0 for compressed. */
    public int height;
    /** Number of valid bytes. */
    public int length;
    private byte[] bytes = new byte[0];

    /** The bytes, of which {@link #length} are valid. */
    public byte[] bytes() {
        return bytes;
    }

    /** Makes room for {@code length} bytes and returns the array. */
    public byte[] reserve(int newLength) {
        if (bytes.length < newLength) {
            bytes = new byte[newLength];
        }
        length = newLength;
        return bytes;
    }
}
