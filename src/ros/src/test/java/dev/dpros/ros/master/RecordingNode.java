package dev.dpros.ros.master;

import dev.dpros.ros.xmlrpc.XmlRpcHandler;
import dev.dpros.ros.xmlrpc.XmlRpcServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node as the master sees it: it answers every callback with success and keeps what was called. */
final class RecordingNode implements AutoCloseable {
    private static final int LIMIT_S = 20;

    private final BlockingQueue<List<Object>> calls = new LinkedBlockingQueue<>();
    private final XmlRpcServer server;

    RecordingNode() {
        this((method, params) -> List.of(1, "", 0));
    }

    RecordingNode(XmlRpcHandler answers) {
        try {
            server = new XmlRpcServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (method, params) -> {
                List<Object> call = new ArrayList<>(List.of(method));
                call.addAll(params);
                calls.add(call);
                return answers.handle(method, params);
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    String uri() {
        return "http://127.0.0.1:" + server.address().getPort() + "/";
    }

    /** The next callback: method name, then parameters. */
    List<Object> next() {
        try {
            List<Object> call = calls.poll(LIMIT_S, TimeUnit.SECONDS);
            if (call == null) {
                throw new AssertionError("no further callback arrived");
            }
            return call;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All callbacks up to and without the one that is an update of the topic. */
    List<List<Object>> untilUpdateOf(String topic) {
        List<List<Object>> seen = new ArrayList<>();
        for (List<Object> call = next(); !call.subList(0, 3).equals(List.of("publisherUpdate", "/master", topic)); call = next()) {
            seen.add(call);
        }
        return seen;
    }

    @Override
    public void close() {
        server.close();
    }
}
