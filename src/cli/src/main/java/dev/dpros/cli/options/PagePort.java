package dev.dpros.cli.options;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** The port of a page, where none was asked for. Stateless. */
public final class PagePort {
    private static final int USUAL = 8080;

    private PagePort() {}

    /** 8080, or any other free port of loopback if that is taken. */
    public static int choose() throws IOException {
        try {
            return free(USUAL);
        } catch (BindException taken) {
            return free(0);
        }
    }

    private static int free(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
