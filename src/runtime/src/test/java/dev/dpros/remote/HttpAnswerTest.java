package dev.dpros.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.remote.HttpAnswer.BadAnswerException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of HTTP/1.1 as servers send them (RFC 9112), cut, and as nobody should. In the texts '|' ends a line. */
@Execution(ExecutionMode.CONCURRENT)
class HttpAnswerTest {
    private static final String LENGTH = "HTTP/1.1 200 OK|Content-Length: 5|Inference-Header-Content-Length: 2||hello";
    private static final String CHUNKS = "HTTP/1.1 200 OK|Transfer-Encoding: chunked||3;name=\"x\"|hel|2|lo|0|Trailer: t||";

    private static byte[] bytes(String text) {
        return text.replace("|", "\r\n").getBytes(ISO_8859_1);
    }

    private static HttpAnswer read(String text) throws IOException {
        return HttpAnswer.read(new ByteArrayInputStream(bytes(text)), 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {LENGTH, CHUNKS, "HTTP/1.1 200 OK||hello", "HTTP/1.1 200|CONTENT-LENGTH:5||hello",
        "HTTP/1.0 200 OK|content-length:   5  ||hello", "HTTP/1.1 100 Continue||HTTP/1.1 103 Early|Link: a||" + LENGTH,
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 5||hello", "HTTP/1.1 200 OK|transfer-encoding: CHUNKED||0005|hello|0||"})
    void shouldReadABodyHoweverItIsFramed(String text) throws IOException {
        HttpAnswer answer = read(text);
        assertEquals(200, answer.status());
        assertEquals("hello", new String(answer.body(), ISO_8859_1));
    }

    @Test
    void shouldReadNoFurtherThanTheAnswer() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(bytes(LENGTH + CHUNKS + LENGTH));
        for (int i = 0; i < 3; i++) {
            HttpAnswer answer = HttpAnswer.read(in, 100);
            assertEquals("hello", new String(answer.body(), ISO_8859_1));
            assertTrue(answer.keeps());
            assertEquals(i == 1 ? null : "2", answer.header("inference-header-content-length"));
        }
        assertEquals(-1, in.read());
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1 200 OK|Content-Length: 0|Connection: close||, false", "HTTP/1.0 200 OK|Content-Length: 0||, false",
        "HTTP/1.0 200 OK|Content-Length: 0|Connection: Keep-Alive||, true", "HTTP/1.1 200 OK||, false", "HTTP/1.1 204 None||, true",
        "HTTP/1.1 500 Oh|Content-Length: 5000||, false"})
    void shouldKeepAConnectionOnlyIfItsNextByteBeginsAnAnswer(String text, boolean keeps) throws IOException {
        assertEquals(keeps, read(text).keeps());
    }

    @ParameterizedTest
    @ValueSource(strings = {LENGTH, CHUNKS})
    void shouldSayWhereverTheConnectionEnds(String text) {
        byte[] whole = bytes(text);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(EOFException.class, () -> HttpAnswer.read(new ByteArrayInputStream(cut), 100), () -> cut.length + " bytes");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', value = {
        "<html>|| ! not HTTP/1.1: '<html>'", "HTTP/2 200 OK|| ! not HTTP/1.1", "HTTP/1.1 99 OK|| ! not HTTP/1.1", "HTTP/1.1 2000 OK|| ! not HTTP/1.1",
        "HTTP/1.1 200 OK|no header|| ! no header: 'no header'", "HTTP/1.1 200 OK|: none|| ! no header",
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 6||hello ! two headers content-length",
        "HTTP/1.1 200 OK|Content-Length: -5||hello ! content-length '-5'", "HTTP/1.1 200 OK|Content-Length: 5, 5||hello ! content-length",
        "HTTP/1.1 200 OK|Content-Length: 9999999999999999999||hello ! content-length",
        "HTTP/1.1 200 OK|Content-Length: 101||hello ! more than 100 bytes", "HTTP/1.1 200 OK|Content-Length: 4294967301||hello ! more than 100 bytes",
        "HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||0|| ! and a length",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||0|| ! transfer-encoding 'gzip, chunked'",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||x|| ! a chunk of size 'x'", "HTTP/1.1 200 OK|Transfer-Encoding: chunked||-1|| ! a chunk of size",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||65|a ! more than 100 bytes",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||fffffffffffffff|a ! more than 100 bytes",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||1|abc|0|| ! a head or chunk without end"})
    void shouldRefuseWhatIsNoAnswer(String text, String reason) {
        BadAnswerException refused = assertThrows(BadAnswerException.class, () -> read(text));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    @Test
    void shouldReadNoHeadAndNoBodyWithoutEnd() {
        assertThrows(BadAnswerException.class, () -> read("HTTP/1.1 200 OK|a: " + "x".repeat(20_000)));
        assertThrows(BadAnswerException.class, () -> read("HTTP/1.1 200 OK|" + "a: b|".repeat(5_000)));
        assertThrows(BadAnswerException.class, () -> read("HTTP/1.1 100 Continue||".repeat(100)));
        assertThrows(BadAnswerException.class, () -> read("HTTP/1.1 200 OK||" + "x".repeat(101)));
        assertThrows(BadAnswerException.class, () -> read("HTTP/1.1 200 OK|Transfer-Encoding: chunked||" + "1|x|".repeat(101)));
    }

    /** An error's page may be longer than an answer. */
    @Test
    void shouldSayTheStatusOfAnErrorWhateverItsBody() throws IOException {
        assertEquals(404, read("HTTP/1.1 404 Not Found|Content-Length: 99999||<html>").status());
        assertEquals(502, read("HTTP/1.1 502 Bad Gateway||" + "x".repeat(9_000)).status());
        assertEquals("{\"error\":\"no\"}", new String(read("HTTP/1.1 400 Bad|Content-Length: 14||{\"error\":\"no\"}").body(), ISO_8859_1));
    }

    @Test
    void shouldGiveAnAnswerOrRefuseWhateverBytesAreWrong() {
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 4_000; i++) {
            byte[] broken = bytes(i % 2 == 0 ? LENGTH : CHUNKS);
            for (int k = random.nextInt(3); k >= 0; k--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                assertTrue(HttpAnswer.read(new ByteArrayInputStream(broken), 100).body().length <= 100);
            } catch (IOException e) {
                refused++;
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
        assertTrue(refused > 500, "only " + refused);
    }
}
