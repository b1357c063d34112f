package dev.dpros.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * A server of the Open Inference Protocol with one model, on loopback, for tests: reads requests as the specification has them, by
 * code of its own, and can fail in every way that a network or a server can. It can be stopped and started again on its port.
 */
public final class PolicyServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    static {
        // else the JDK's server sends a body only 40 ms after its head, which servers of robots do not
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** What it does with a request. */
    public enum Fault {
        /** Answers. */ NONE,
        /** Never answers, nor looks at anything. */ SILENT,
        /** Answers after {@link #delayMs}. */ SLOW,
        /** Sends headers and half of the body, then no more. */ STALLED,
        /** Sends half of the body and closes. */ TRUNCATED,
        /** Says that it cannot. */ UNAVAILABLE,
        /** Sends the client elsewhere. */ REDIRECT,
        /** NaN in the first output. */ NAN,
        /** One row less. */ WRONG_SHAPE,
        /** Floats where doubles belong. */ WRONG_TYPE,
        /** The data of the last output is short, and the lengths of HTTP agree with that. */ SHORT_DATA,
        /** More bytes than belong there. */ LONG_DATA,
        /** Much more than belongs there, never ending. */ ENDLESS,
        /** No length of the JSON. */ NO_JSON_LENGTH,
        /** A length of the JSON beyond the body. */ BAD_JSON_LENGTH,
        /** Something else than JSON. */ NOT_JSON
    }

    /** A tensor as it lies on the wire. */
    public record Value(TensorSpec spec, ByteBuffer data) {
        /** Little-endian doubles. */
        public static Value doubles(String name, double[] values, long... shape) {
            ByteBuffer data = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            data.asDoubleBuffer().put(values);
            return new Value(TensorSpec.of(name, TensorType.FP64, shape), data);
        }

        /** Little-endian ints. */
        public static Value ints(String name, int[] values, long... shape) {
            ByteBuffer data = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            data.asIntBuffer().put(values);
            return new Value(TensorSpec.of(name, TensorType.INT32, shape), data);
        }
    }

    /** What computes. */
    public interface Model extends AutoCloseable {
        /** Inputs and outputs; -1 where a dimension is open. */
        List<TensorSpec> inputs();

        /** As {@link #inputs}. */
        List<TensorSpec> outputs();

        /** One inference; any thread. */
        List<Value> infer(Map<String, Value> inputs);

        @Override
        default void close() {
        }
    }

    private final String name;
    private final int port;
    private final String token;
    private final SSLContext tls;
    private final AtomicInteger inferences = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Model model;
    private volatile Fault fault = Fault.NONE;
    private volatile long delayMs;
    private HttpServer http;
    private ExecutorService threads;

    /** Serves a model at {@code 127.0.0.1:port}; 0: any. */
    public PolicyServer(String name, Model model, int port) throws IOException {
        this(name, model, port, "", null);
    }

    /** The same, for those who show the token, and with TLS. @param token empty: for all @param tls null: without */
    public PolicyServer(String name, Model model, int port, String token, SSLContext tls) throws IOException {
        this.name = name;
        this.model = model;
        this.token = token;
        this.tls = tls;
        this.port = start(port);
    }

    private int start(int at) throws IOException {
        http = create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "policy-server");
            thread.setDaemon(true);
            return thread;
        });
        http.setExecutor(threads);
        http.createContext("/", this::handle);
        http.start();
        return http.getAddress().getPort();
    }

    private HttpServer create(InetSocketAddress address) throws IOException {
        if (tls == null) {
            return HttpServer.create(address, 0);
        }
        HttpsServer secure = HttpsServer.create(address, 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls));
        return secure;
    }

    /** Where it is. */
    public String url() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
    }

    /** What happens from the next request on. */
    public void set(Fault next) {
        fault = next;
    }

    /** Answers so much later if asked for an inference. */
    public void slow(long ms) {
        delayMs = ms;
        fault = Fault.SLOW;
    }

    /** Inferences asked for. */
    public int inferences() {
        return inferences.get();
    }

    /** Requests of any kind. */
    public int requests() {
        return requests.get();
    }

    /** Ends as a process that is killed does: connections break, and new ones are refused. */
    public void kill() {
        http.stop(0);
        threads.shutdownNow();
    }

    /** Has another model from the next request on. */
    public void serve(Model next) {
        model = next;
    }

    /** Starts again where it was, with a model. */
    public void restart(Model next) throws IOException {
        model = next;
        fault = Fault.NONE;
        start(port);
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Fault now = fault;
            if (now == Fault.SILENT) {
                awaitEnd(Long.MAX_VALUE);
            }
            if (!token.isEmpty() && !("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                text(exchange, 401, "{\"error\":\"unauthorized\"}");
            } else if (now == Fault.UNAVAILABLE) {
                text(exchange, 503, "{\"error\":\"the model is not ready\"}");
            } else if (now == Fault.REDIRECT) {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
                text(exchange, 302, "");
            } else {
                answer(exchange, body, now);
            }
        }
    }

    private void answer(HttpExchange exchange, byte[] body, Fault now) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String at = "/v2/models/" + name;
        if (path.equals(at + "/ready")) {
            text(exchange, 200, "{\"name\":\"" + name + "\",\"ready\":true}");
        } else if (path.equals(at)) {
            text(exchange, 200, metadata().toString());
        } else if (path.equals(at + "/infer")) {
            inferences.incrementAndGet();
            if (now == Fault.SLOW) {
                awaitEnd(delayMs);
            }
            List<Value> outputs;
            try {
                Map<String, Value> inputs = inputs(body, exchange.getRequestHeaders().getFirst(InferenceRequest.JSON_LENGTH));
                outputs = model.infer(inputs);
            } catch (RuntimeException e) {
                text(exchange, 400, JSON.createObjectNode().put("error", String.valueOf(e.getMessage())).toString());
                return;
            }
            send(exchange, outputs, now);
        } else {
            text(exchange, 404, "{\"error\":\"unknown model\"}");
        }
    }

    private ObjectNode metadata() {
        ObjectNode all = JSON.createObjectNode().put("name", name).put("platform", "pytorch_libtorch");
        tensors(all.putArray("inputs"), model.inputs());
        tensors(all.putArray("outputs"), model.outputs());
        return all;
    }

    private static void tensors(ArrayNode to, List<TensorSpec> specs) {
        for (TensorSpec spec : specs) {
            ObjectNode node = to.addObject().put("name", spec.name()).put("datatype", spec.type().name());
            spec.shape().forEach(node.withArray("shape")::add);
        }
    }

    /** A request's inputs, as the specification has them. @throws IllegalArgumentException if it is otherwise */
    static Map<String, Value> inputs(byte[] body, String jsonLength) throws IOException {
        int at = Integer.parseInt(jsonLength);
        JsonNode json = JSON.readTree(body, 0, at);
        Map<String, Value> inputs = new LinkedHashMap<>();
        for (JsonNode input : json.get("inputs")) {
            int bytes = input.get("parameters").get("binary_data_size").asInt();
            List<Long> shape = new ArrayList<>();
            input.get("shape").forEach(size -> shape.add(size.asLong()));
            TensorSpec spec = new TensorSpec(input.get("name").asText(), TensorType.valueOf(input.get("datatype").asText()), shape);
            if (spec.bytes() != bytes || at + bytes > body.length) {
                throw new IllegalArgumentException(spec + " has " + bytes + " bytes of " + (body.length - at));
            }
            inputs.put(spec.name(), new Value(spec, ByteBuffer.wrap(body, at, bytes).slice().order(ByteOrder.LITTLE_ENDIAN)));
            at += bytes;
        }
        if (at != body.length) {
            throw new IllegalArgumentException((body.length - at) + " bytes too many");
        }
        for (JsonNode output : json.get("outputs")) {
            if (!output.get("parameters").get("binary_data").asBoolean()) {
                throw new IllegalArgumentException("not binary: " + output);
            }
        }
        return inputs;
    }

    private void send(HttpExchange exchange, List<Value> outputs, Fault now) throws IOException {
        List<Value> sent = new ArrayList<>(outputs);
        Value first = sent.get(0);
        switch (now) {
            case NAN -> first.data().putDouble(first.data().capacity() - Double.BYTES, Double.NaN);
            case WRONG_SHAPE -> sent.set(0, Value.doubles(first.spec().name(), new double[first.data().capacity() / 16], 1, 1,
                    first.data().capacity() / 16));
            case WRONG_TYPE -> sent.set(0, new Value(new TensorSpec(first.spec().name(), TensorType.INT64, first.spec().shape()), first.data()));
            default -> { }
        }
        ObjectNode json = JSON.createObjectNode().put("model_name", name).put("model_version", "1");
        ArrayNode list = json.putArray("outputs");
        int bytes = 0;
        for (Value value : sent) {
            ObjectNode node = list.addObject().put("name", value.spec().name()).put("datatype", value.spec().type().name());
            value.spec().shape().forEach(node.withArray("shape")::add);
            node.putObject("parameters").put("binary_data_size", value.data().capacity());
            bytes += value.data().capacity();
        }
        byte[] head = now == Fault.NOT_JSON ? "<html>".getBytes() : JSON.writeValueAsBytes(json);
        ByteBuffer body = ByteBuffer.allocate(head.length + bytes).put(head);
        sent.forEach(value -> body.put(value.data().duplicate().rewind()));
        write(exchange, body.array(), head.length, now);
    }

    private void write(HttpExchange exchange, byte[] body, int jsonLength, Fault now) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        if (now != Fault.NO_JSON_LENGTH) {
            exchange.getResponseHeaders().set(InferenceRequest.JSON_LENGTH, String.valueOf(now == Fault.BAD_JSON_LENGTH ? 1 << 28 : jsonLength));
        }
        int sent = now == Fault.SHORT_DATA ? body.length - 4 : body.length;
        exchange.sendResponseHeaders(200, now == Fault.ENDLESS ? 0 : now == Fault.LONG_DATA ? sent + 4 : sent);
        OutputStream out = exchange.getResponseBody();
        if (now == Fault.STALLED || now == Fault.TRUNCATED) {
            out.write(body, 0, sent / 2);
            out.flush();
            if (now == Fault.STALLED) {
                awaitEnd(Long.MAX_VALUE);
            }
            return;
        }
        out.write(body, 0, sent);
        if (now == Fault.LONG_DATA) {
            out.write(new byte[4]);
        }
        while (now == Fault.ENDLESS) {
            out.write(new byte[1 << 16]);
        }
        out.close();
    }

    private void awaitEnd(long ms) {
        try {
            ended.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void text(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        ended.countDown();
        kill();
        model.close();
    }
}
