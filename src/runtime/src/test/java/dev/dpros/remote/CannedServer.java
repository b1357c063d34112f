package dev.dpros.remote;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A server in a process of its own that reads each request to its last byte and answers at once with the bytes of a file, whatever was
 * asked: what an exchange with it takes is transport and client. Arguments: the file. Ends with its standard input.
 */
final class CannedServer implements AutoCloseable {
    private final Process process;
    private final int port;

    /** Starts one on this class path. @param answer head and body */
    CannedServer(Path answer) throws IOException {
        process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx64m", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), CannedServer.class.getName(), answer.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader out = process.inputReader();
        port = Integer.parseInt(out.readLine());
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
    }

    public static void main(String[] args) throws IOException {
        byte[] answer = Files.readAllBytes(new File(args[0]).toPath());
        ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        System.out.println(listening.getLocalPort());
        Thread accepting = new Thread(() -> accept(listening, answer), "canned");
        accepting.setDaemon(true);
        accepting.start();
        System.in.readAllBytes();
    }

    private static void accept(ServerSocket listening, byte[] answer) {
        while (true) {
            try {
                Socket socket = listening.accept();
                Thread serving = new Thread(() -> serve(socket, answer), "canned");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static void serve(Socket socket, byte[] answer) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            byte[] body = new byte[1 << 24];
            for (int length = length(in); length >= 0 && in.readNBytes(body, 0, length) == length; length = length(in)) {
                socket.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            System.err.println("the canned server: " + e.getMessage());
        }
    }

    /** Reads a head; the length of its body, or -1 at the end. */
    static int length(InputStream in) throws IOException {
        int length = 0;
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c != '\n') {
                line.append((char) c);
                continue;
            }
            String text = line.toString().strip().toLowerCase(Locale.ROOT);
            line.setLength(0);
            if (text.isEmpty()) {
                return length;
            }
            if (text.startsWith("content-length:")) {
                length = Integer.parseInt(text.substring("content-length:".length()).strip());
            }
        }
        return -1;
    }
}
