package dev.dpros.ros.xmlrpc;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes one methodCall or methodResponse as UTF-8. An instance writes one document and belongs to one thread. */
final class XmlRpcWriter {
    private static final String PROLOGUE = "<?xml version=\"1.0\"?>\n";

    private final StringBuilder out = new StringBuilder(512);

    private XmlRpcWriter() { }

    /**
     * A methodCall.
     *
     * @throws IllegalArgumentException when a parameter has a type or a character that XML-RPC cannot carry
     */
    static byte[] call(String method, List<?> params) {
        XmlRpcWriter writer = new XmlRpcWriter();
        writer.out.append(PROLOGUE).append("<methodCall><methodName>");
        writer.text(method);
        writer.out.append("</methodName><params>");
        for (Object param : params) {
            writer.out.append("<param>");
            writer.value(param, 0);
            writer.out.append("</param>");
        }
        writer.out.append("</params></methodCall>");
        return writer.bytes();
    }

    /**
     * A methodResponse with a value.
     *
     * @throws IllegalArgumentException as for {@link #call}
     */
    static byte[] response(Object value) {
        XmlRpcWriter writer = new XmlRpcWriter();
        writer.out.append(PROLOGUE).append("<methodResponse><params><param>");
        writer.value(value, 0);
        writer.out.append("</param></params></methodResponse>");
        return writer.bytes();
    }

    /** A methodResponse with a fault. Characters that XML cannot carry become '?'. */
    static byte[] fault(int code, String message) {
        StringBuilder legal = new StringBuilder(message.length());
        message.codePoints().forEach(c -> legal.appendCodePoint(isXmlCharacter(c) ? c : '?'));
        XmlRpcWriter writer = new XmlRpcWriter();
        writer.out.append(PROLOGUE).append("<methodResponse><fault>");
        writer.value(faultStruct(code, legal.toString()), 0);
        writer.out.append("</fault></methodResponse>");
        return writer.bytes();
    }

    /** The struct that stands for a fault. */
    static Map<String, Object> faultStruct(int code, String message) {
        Map<String, Object> struct = new LinkedHashMap<>();
        struct.put("faultCode", code);
        struct.put("faultString", message);
        return struct;
    }

    private byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(Object value, int depth) {
        if (depth > XmlRpcReader.MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + XmlRpcReader.MAX_DEPTH + " levels");
        }
        out.append("<value>");
        if (value instanceof String text) {
            out.append("<string>");
            text(text);
            out.append("</string>");
        } else if (value instanceof Integer number) {
            out.append("<int>").append(number.intValue()).append("</int>");
        } else if (value instanceof Boolean flag) {
            out.append("<boolean>").append(flag ? '1' : '0').append("</boolean>");
        } else if (value instanceof Double number) {
            out.append("<double>").append(number.doubleValue()).append("</double>");
        } else if (value instanceof List<?> list) {
            array(list, depth);
        } else if (value instanceof Map<?, ?> map) {
            struct(map, depth);
        } else {
            rareScalar(value);
        }
        out.append("</value>");
    }

    private void rareScalar(Object value) {
        if (value instanceof byte[] bytes) {
            out.append("<base64>").append(Base64.getEncoder().encodeToString(bytes)).append("</base64>");
        } else if (value instanceof LocalDateTime time) {
            out.append("<dateTime.iso8601>").append(XmlRpcReader.DATE_TIME.format(time)).append("</dateTime.iso8601>");
        } else {
            throw new IllegalArgumentException("XML-RPC cannot carry "
                    + (value == null ? "null" : "a " + value.getClass().getSimpleName()));
        }
    }

    private void array(List<?> list, int depth) {
        out.append("<array><data>");
        for (Object element : list) {
            value(element, depth + 1);
        }
        out.append("</data></array>");
    }

    private void struct(Map<?, ?> map, int depth) {
        out.append("<struct>");
        for (Map.Entry<?, ?> member : map.entrySet()) {
            out.append("<member><name>");
            text((String) member.getKey());
            out.append("</name>");
            value(member.getValue(), depth + 1);
            out.append("</member>");
        }
        out.append("</struct>");
    }

    private void text(String text) {
        for (int i = 0; i < text.length();) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '\r' -> out.append("&#13;"); // a bare one would be read as a line feed
                default -> {
                    if (!isXmlCharacter(c)) {
                        throw new IllegalArgumentException(
                                String.format("XML-RPC cannot carry the character U+%04X in a string", c));
                    }
                    out.appendCodePoint(c);
                }
            }
        }
    }

    /** Char production of XML 1.0. */
    private static boolean isXmlCharacter(int c) {
        return c == '\t' || c == '\n' || c == '\r' || c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000;
    }
}
