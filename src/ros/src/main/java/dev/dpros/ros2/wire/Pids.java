package dev.dpros.ros2.wire;

/** Parameter ids of discovery and inline QoS (RTPS 9.6.2.2, DDS-XTypes, DDS-RPC, and those of vendors that ROS needs). */
public final class Pids {
    public static final int PAD = 0x0000;
    public static final int SENTINEL = 0x0001;
    public static final int PARTICIPANT_LEASE_DURATION = 0x0002;
    public static final int TOPIC_NAME = 0x0005;
    public static final int TYPE_NAME = 0x0007;
    public static final int DOMAIN_ID = 0x000f;
    public static final int PROTOCOL_VERSION = 0x0015;
    public static final int VENDOR_ID = 0x0016;
    public static final int RELIABILITY = 0x001a;
    public static final int LIVELINESS = 0x001b;
    public static final int DURABILITY = 0x001d;
    public static final int OWNERSHIP = 0x001f;
    public static final int PRESENTATION = 0x0021;
    public static final int DEADLINE = 0x0023;
    public static final int DESTINATION_ORDER = 0x0025;
    public static final int PARTITION = 0x0029;
    public static final int LIFESPAN = 0x002b;
    public static final int USER_DATA = 0x002c;
    public static final int UNICAST_LOCATOR = 0x002f;
    public static final int DEFAULT_UNICAST_LOCATOR = 0x0031;
    public static final int METATRAFFIC_UNICAST_LOCATOR = 0x0032;
    public static final int HISTORY = 0x0040;
    public static final int PARTICIPANT_GUID = 0x0050;
    public static final int BUILTIN_ENDPOINT_SET = 0x0058;
    public static final int PROPERTY_LIST = 0x0059;
    public static final int ENDPOINT_GUID = 0x005a;
    public static final int ENTITY_NAME = 0x0062;
    public static final int KEY_HASH = 0x0070;
    /** Four octets, always big-endian: 1 disposed, 2 unregistered. */
    public static final int STATUS_INFO = 0x0071;
    public static final int DATA_REPRESENTATION = 0x0073;
    /** The request that a reply answers (DDS-RPC). */
    public static final int RELATED_SAMPLE_IDENTITY = 0x0083;
    public static final int IDENTITY_TOKEN = 0x1001;
    /** The same in Fast DDS before it took the standard's number. */
    public static final int EPROSIMA_RELATED_SAMPLE_IDENTITY = 0x800f;

    private Pids() {}
}
