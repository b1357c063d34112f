package dev.dpros.ros2.wire;

/** Kinds and flags of RTPS submessages (9.4.5), and the lengths of what they always hold. */
public final class Submessages {
    public static final int PAD = 0x01;
    public static final int ACKNACK = 0x06;
    public static final int HEARTBEAT = 0x07;
    public static final int GAP = 0x08;
    public static final int INFO_TS = 0x09;
    public static final int INFO_SRC = 0x0c;
    public static final int INFO_DST = 0x0e;
    public static final int NACK_FRAG = 0x12;
    public static final int HEARTBEAT_FRAG = 0x13;
    public static final int DATA = 0x15;
    public static final int DATA_FRAG = 0x16;

    /** All: numbers are little-endian. */
    public static final int FLAG_LITTLE_ENDIAN = 0x01;
    /** DATA, DATA_FRAG: a parameter list stands before the payload. */
    public static final int FLAG_INLINE_QOS = 0x02;
    /** DATA: the payload is a sample. */
    public static final int FLAG_DATA = 0x04;
    /** DATA: the payload is a key. */
    public static final int FLAG_KEY = 0x08;
    /** DATA_FRAG: the payload is a key. */
    public static final int FLAG_FRAGMENT_KEY = 0x04;
    /** HEARTBEAT, ACKNACK: no answer is needed. */
    public static final int FLAG_FINAL = 0x02;
    /** INFO_TS: there is no time any more. */
    public static final int FLAG_INVALIDATE = 0x02;

    /** Octets of a packet before its first submessage. */
    public static final int HEADER_BYTES = 20;
    /** Octets before a submessage's contents. */
    public static final int SUBMESSAGE_BYTES = 4;
    /** Most numbers of a set. */
    public static final int MAX_SET_BITS = 256;

    static final int MAGIC = 0x52545053;
    static final int DATA_BYTES = 20;
    static final int DATA_FRAG_BYTES = 32;
    static final int HEARTBEAT_BYTES = 28;
    static final int HEARTBEAT_FRAG_BYTES = 24;

    private Submessages() {}
}
