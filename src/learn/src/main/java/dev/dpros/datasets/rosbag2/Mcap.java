package dev.dpros.datasets.rosbag2;

import dev.dpros.core.InputException;

/** Names of the MCAP format (https://mcap.dev/spec, version 0). Stateless. */
final class Mcap {
    static final int HEADER = 0x01;
    static final int FOOTER = 0x02;
    static final int SCHEMA = 0x03;
    static final int CHANNEL = 0x04;
    static final int MESSAGE = 0x05;
    static final int CHUNK = 0x06;
    static final int MESSAGE_INDEX = 0x07;
    static final int CHUNK_INDEX = 0x08;
    static final int STATISTICS = 0x0B;
    static final int SUMMARY_OFFSET = 0x0E;
    static final int DATA_END = 0x0F;
    /** Opcode and length of a record. */
    static final int RECORD_HEADER_BYTES = 9;
    /** Schema encoding and message encoding of ROS 1 and ROS 2. */
    static final String ROS1_SCHEMA = "ros1msg";
    static final String ROS2_SCHEMA = "ros2msg";
    /** Keys of a channel's metadata, as rosbag2 and the converters of ROS 1 bags write them. */
    static final String QOS_KEY = "offered_qos_profiles";
    static final String HASH_KEY = "topic_type_hash";
    static final String MD5_KEY = "md5sum";
    private static final byte[] MAGIC = {(byte) 0x89, 'M', 'C', 'A', 'P', '0', '\r', '\n'};

    private Mcap() {}

    /** What a file begins and ends with. */
    static byte[] magic() {
        return MAGIC.clone();
    }

    static InputException damaged(String where, String found) {
        return InputException.of(where, "MCAP record", "a whole record", found, "'mcap recover' saves what is whole");
    }
}
