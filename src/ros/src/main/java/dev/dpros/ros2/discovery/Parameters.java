package dev.dpros.ros2.discovery;

import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.Locator;
import dev.dpros.ros2.wire.ParameterReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters of discovery data that are made of several values. All bounded: what does not fit is an {@link InputException}.
 * Stateless.
 */
final class Parameters {
    static final int LONGEST_TEXT = 1_024;
    private static final int MOST_ITEMS = 64;

    private Parameters() {}

    /** A name: a text that is neither empty nor longer than any topic or type. */
    static String name(ParameterReader list) {
        String text = list.string();
        if (text.isEmpty() || text.length() > LONGEST_TEXT) {
            throw InputException.of("parameter 0x" + Integer.toHexString(list.pid()), "text", "1 to " + LONGEST_TEXT + " characters",
                    String.valueOf(text.length()), "");
        }
        return text;
    }

    /** Octets as text. */
    static String userData(ParameterReader list) {
        return new String(list.octets(), StandardCharsets.UTF_8);
    }

    /** Texts in a sequence. */
    static List<String> texts(ParameterReader list) {
        int count = count(list);
        byte[] raw = list.raw();
        List<String> texts = new ArrayList<>(count);
        int at = 4;
        for (int i = 0; i < count; i++) {
            texts.add(text(list, raw, at));
            at = behindText(list, at);
        }
        return texts;
    }

    /** Names with values in a sequence. */
    static Map<String, String> properties(ParameterReader list) {
        int count = count(list);
        byte[] raw = list.raw();
        Map<String, String> properties = new LinkedHashMap<>();
        int at = 4;
        for (int i = 0; i < count; i++) {
            String name = text(list, raw, at);
            at = behindText(list, at);
            properties.put(name, text(list, raw, at));
            at = behindText(list, at);
        }
        return properties;
    }

    private static int behindText(ParameterReader list, int at) {
        return at + 4 + (list.int32(at) + 3 & ~3);
    }

    private static String text(ParameterReader list, byte[] raw, int at) {
        int octets = list.int32(at);
        if (octets < 0 || octets > raw.length - at - 4) {
            throw InputException.of("parameter 0x" + Integer.toHexString(list.pid()), "text", "at most " + raw.length + " octets",
                    Integer.toUnsignedString(octets), "");
        }
        int used = octets > 0 && raw[at + 4 + octets - 1] == 0 ? octets - 1 : octets;
        return new String(raw, at + 4, used, StandardCharsets.UTF_8);
    }

    /** 16-bit numbers in a sequence. */
    static List<Integer> int16s(ParameterReader list, boolean littleEndian) {
        int count = count(list);
        List<Integer> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int pair = list.int32(4 + 2 * (i & ~1));
            values.add((i & 1) == 0 == littleEndian ? pair & 0xffff : pair >>> 16);
        }
        return values;
    }

    /** Whether a payload says that it is little-endian. */
    static boolean littleEndian(ByteBuffer payload) {
        return payload.remaining() > 1 && (payload.get(payload.position() + 1) & 1) == 1;
    }

    private static int count(ParameterReader list) {
        int count = list.int32(0);
        if (count < 0 || count > MOST_ITEMS) {
            throw InputException.of("parameter 0x" + Integer.toHexString(list.pid()), "items", "at most " + MOST_ITEMS,
                    Integer.toUnsignedString(count), "");
        }
        return count;
    }

    /** Adds an address that can be sent to; others are passed over, and those beyond {@value #MOST_ITEMS}. */
    static void address(ParameterReader list, List<InetSocketAddress> to) {
        Locator locator = list.locator();
        if (locator.isUdp4() && !locator.address().isMulticastAddress() && to.size() < MOST_ITEMS) {
            to.add(locator.socketAddress());
        }
    }

    /** A duration, not below zero. */
    static long durationNs(ParameterReader list, int at) {
        return Math.max(0, list.durationNs(at));
    }

    /** Refuses a list that ended before its end. */
    static void requireWhole(ParameterReader list) {
        if (list.malformed()) {
            throw InputException.of("parameter list", "length", "parameters that fit, and an end mark", "a cut one", "");
        }
    }
}
