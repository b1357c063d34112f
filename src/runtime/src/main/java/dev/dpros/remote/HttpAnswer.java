package dev.dpros.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dpros.core.ForeignText;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer of HTTP/1.1, read to its last byte and no further: a body by its length, in chunks, or until the connection ends. Believes
 * nothing: heads and bodies have a most of bytes, and what could be read in two ways is refused.
 *
 * @param status three digits
 * @param headers by their names in lower case
 * @param body without its chunks' framing; of a status other than 200 its beginning
 * @param keeps whether the connection is good for another exchange
 */
record HttpAnswer(int status, Map<String, String> headers, byte[] body, boolean keeps) {
    private static final int MOST_HEAD = 1 << 14;
    private static final int MOST_CHUNK_LINE = 1 << 10;
    private static final int MOST_OF_AN_ERROR = 1 << 12;
    private static final int MOST_INTERIM = 8;
    private static final Pattern FIRST_LINE = Pattern.compile("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern CHUNK_SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");

    /** What came is no answer, or more than was asked for. */
    static final class BadAnswerException extends IOException {
        private static final long serialVersionUID = 1;

        BadAnswerException(String message) {
            super(message);
        }
    }

    /**
     * Reads one.
     *
     * @param most bytes of the body
     * @throws BadAnswerException if it is none, or longer
     * @throws EOFException if the connection ends within it
     */
    static HttpAnswer read(InputStream in, int most) throws IOException {
        for (int i = 0; i < MOST_INTERIM; i++) {
            Head head = head(in);
            if (head.status() >= 200) {
                return body(head, in, most);
            }
        }
        throw new BadAnswerException("more than " + MOST_INTERIM + " interim answers");
    }

    /** A header's value, or null. @param name in lower case */
    @Nullable String header(String name) {
        return headers.get(name);
    }

    private record Head(int status, boolean persistent, Map<String, String> headers) {}

    private static Head head(InputStream in) throws IOException {
        int[] left = {MOST_HEAD};
        String first = line(in, left);
        if (!FIRST_LINE.matcher(first).matches()) {
            throw new BadAnswerException("not HTTP/1.1: '" + ForeignText.printable(first) + "'");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new BadAnswerException("no header: '" + ForeignText.printable(line) + "'");
            }
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            String before = headers.put(name, value);
            if (before != null && !before.equals(value) && (name.equals("content-length") || name.equals("transfer-encoding"))) {
                throw new BadAnswerException("two headers " + name);
            }
        }
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        boolean persistent = first.startsWith("HTTP/1.1") ? !connection.contains("close") : connection.contains("keep-alive");
        return new Head(Integer.parseInt(first.substring(9, 12)), persistent, headers);
    }

    /** A line without its end. @param left bytes that may still come; counted down */
    private static String line(InputStream in, int[] left) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended within a head");
            }
            if (--left[0] < 0) {
                throw new BadAnswerException("a head or chunk without end");
            }
            line.write(c);
        }
        left[0]--;
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static HttpAnswer body(Head head, InputStream in, int most) throws IOException {
        boolean wanted = head.status() == 200;
        int atMost = wanted ? most : MOST_OF_AN_ERROR;
        String encoding = head.headers().get("transfer-encoding");
        String length = head.headers().get("content-length");
        if (head.status() == 204 || head.status() == 304) {
            return new HttpAnswer(head.status(), head.headers(), new byte[0], head.persistent());
        }
        if (encoding != null && (length != null || !encoding.equalsIgnoreCase("chunked"))) {
            throw new BadAnswerException("transfer-encoding '" + ForeignText.printable(encoding) + "'" + (length == null ? "" : " and a length"));
        }
        Body body = encoding != null ? chunks(in, atMost) : length != null ? whole(in, length, atMost) : untilTheEnd(in, atMost);
        if (wanted && !body.complete()) {
            throw new BadAnswerException("an answer of more than " + most + " bytes");
        }
        return new HttpAnswer(head.status(), head.headers(), body.bytes(),
                head.persistent() && body.complete() && (encoding != null || length != null));
    }

    private record Body(byte[] bytes, boolean complete) {}

    private static Body whole(InputStream in, String length, int most) throws IOException {
        if (!LENGTH.matcher(length).matches()) {
            throw new BadAnswerException("content-length '" + ForeignText.printable(length) + "'");
        }
        long bytes = Long.parseLong(length);
        if (bytes > most) {
            return new Body(new byte[0], false);
        }
        return new Body(exactly(in, (int) bytes), true);
    }

    private static byte[] exactly(InputStream in, int bytes) throws IOException {
        byte[] body = in.readNBytes(bytes);
        if (body.length < bytes) {
            throw new EOFException("the connection ended after " + body.length + " of " + bytes + " bytes");
        }
        return body;
    }

    private static Body untilTheEnd(InputStream in, int most) throws IOException {
        byte[] body = in.readNBytes(most);
        return new Body(body, body.length < most || in.read() < 0);
    }

    private static Body chunks(InputStream in, int most) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in, new int[] {MOST_CHUNK_LINE}).split(";", 2)[0].strip();
            if (!CHUNK_SIZE.matcher(size).matches()) {
                throw new BadAnswerException("a chunk of size '" + ForeignText.printable(size) + "'");
            }
            long bytes = Long.parseLong(size, 16);
            if (bytes > most - body.size()) {
                return new Body(body.toByteArray(), false);
            }
            if (bytes == 0) {
                break;
            }
            body.writeBytes(exactly(in, (int) bytes));
            if (!line(in, new int[] {2}).isEmpty()) {
                throw new BadAnswerException("a chunk that does not end");
            }
        }
        int[] left = {MOST_HEAD};
        String trailer = line(in, left);
        while (!trailer.isEmpty()) { // what comes after the last chunk says nothing that counts here
            trailer = line(in, left);
        }
        return new Body(body.toByteArray(), true);
    }
}
