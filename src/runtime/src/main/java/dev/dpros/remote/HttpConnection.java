package dev.dpros.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A connection to a server, plain or with the JDK's TLS, that is kept from one exchange of HTTP/1.1 to the next. One thread connects and
 * exchanges, and may wait there for ever; {@link #close}, from any thread, ends that and never waits itself.
 */
final class HttpConnection implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final int BUFFER_BYTES = 1 << 16;

    private final URI server;
    private final SSLSocketFactory tls;
    private final Socket socket = new Socket();
    private InputStream in;
    private OutputStream out;
    private boolean heard;
    private boolean keeps;

    /** Does not connect yet. @param tls makes TLS of https */
    HttpConnection(URI server, SSLSocketFactory tls) {
        this.server = server;
        this.tls = tls;
    }

    /** Connects, if it has not. @throws IOException if it cannot be, or is closed meanwhile */
    void connect() throws IOException {
        if (out != null) {
            return;
        }
        String host = server.getHost().replaceAll("[\\[\\]]", "");
        boolean secure = "https".equals(server.getScheme());
        int port = server.getPort() >= 0 ? server.getPort() : secure ? 443 : 80;
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port), CONNECT_MS);
        Socket spoken = secure ? handshaken(host, port) : socket;
        in = new BufferedInputStream(spoken.getInputStream());
        out = new BufferedOutputStream(spoken.getOutputStream(), BUFFER_BYTES);
    }

    /** The server must prove to be who its address says. */
    private SSLSocket handshaken(String host, int port) throws IOException {
        SSLSocket over = (SSLSocket) tls.createSocket(socket, host, port, true);
        SSLParameters parameters = over.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        over.setSSLParameters(parameters);
        over.startHandshake();
        return over;
    }

    /**
     * Sends a request and reads its answer.
     *
     * @param head from the request line to the empty line
     * @param body what follows, from 0 to its limit
     * @param most bytes of an answer's body
     * @throws HttpAnswer.BadAnswerException if what comes is none, or longer
     */
    HttpAnswer exchange(String head, ByteBuffer body, int most) throws IOException {
        heard = false;
        keeps = false;
        out.write(head.getBytes(ISO_8859_1));
        out.write(body.array(), body.arrayOffset(), body.limit());
        out.flush();
        in.mark(1);
        heard = in.read() >= 0;
        in.reset();
        HttpAnswer answer = HttpAnswer.read(in, most);
        keeps = answer.keeps();
        return answer;
    }

    /** Whether nothing has come that was not asked for: what is left over of one answer would be taken for the next. */
    boolean quiet() {
        try {
            return in.available() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether any byte of the last exchange's answer has come. */
    boolean heard() {
        return heard;
    }

    /** Whether another exchange may follow. */
    boolean keeps() {
        return keeps;
    }

    /** At once, and without a farewell of TLS, which would have to be written: every answer says its own end. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            keeps = false; // it is closed all the same
        }
    }
}
