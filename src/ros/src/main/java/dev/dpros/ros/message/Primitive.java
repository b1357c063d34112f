package dev.dpros.ros.message;

import java.util.HashMap;
import java.util.Map;

/** Built-in field types of the message languages of ROS 1 and ROS 2, with their size on the wire. */
public enum Primitive {
    /** {@code bool}, one byte. */ BOOL("bool", 1),
    /** {@code int8}. */ INT8("int8", 1),
    /** {@code uint8}. */ UINT8("uint8", 1),
    /** {@code byte}, the deprecated alias of int8. */ BYTE("byte", 1),
    /** {@code char}, the deprecated alias of uint8. */ CHAR("char", 1),
    /** {@code int16}. */ INT16("int16", 2),
    /** {@code uint16}. */ UINT16("uint16", 2),
    /** {@code int32}. */ INT32("int32", 4),
    /** {@code uint32}. */ UINT32("uint32", 4),
    /** {@code int64}. */ INT64("int64", 8),
    /** {@code uint64}. */ UINT64("uint64", 8),
    /** {@code float32}. */ FLOAT32("float32", 4),
    /** {@code float64}. */ FLOAT64("float64", 8),
    /** {@code string}: u32 length and UTF-8 bytes. */ STRING("string", -1),
    /** {@code wstring}, of ROS 2 alone: a count and UTF-16 code units. */ WSTRING("wstring", -1),
    /** {@code time}, of ROS 1 alone: u32 seconds, u32 nanoseconds. */ TIME("time", 8),
    /** {@code duration}, of ROS 1 alone: i32 seconds, i32 nanoseconds. */ DURATION("duration", 8);

    private static final Map<String, Primitive> BY_NAME = new HashMap<>();

    static {
        for (Primitive primitive : values()) {
            BY_NAME.put(primitive.rosName, primitive);
        }
    }

    private final String rosName;
    private final int size;

    Primitive(String rosName, int size) {
        this.rosName = rosName;
        this.size = size;
    }

    /** Name in .msg files. */
    public String rosName() {
        return rosName;
    }

    /** Bytes on the wire, or -1 for a string. */
    public int size() {
        return size;
    }

    /** True for what a vector of floats may be read from: numbers and bool. */
    public boolean isNumeric() {
        return !isText() && this != TIME && this != DURATION;
    }

    /** True for string and wstring. */
    public boolean isText() {
        return this == STRING || this == WSTRING;
    }

    /** The primitive of this .msg name, or null if it is not one. */
    public static Primitive byName(String name) {
        return BY_NAME.get(name);
    }
}
