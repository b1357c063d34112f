package dev.dpros.inference;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * libtorch's own profiler, of the calling thread. It makes each operator about a microsecond slower; sections should last less
 * than a second, since its file gives six digits of a time. Start libtorch first ({@link TorchRuntime#start}).
 */
public final class TorchProfiler {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TorchProfiler() {}

    /** Begins a section on this thread. One at a time in a process. */
    public static void start() {
        JniUtils.startProfile(false, true, true);
    }

    /** Ends the section that this thread began. @return its calls, those of operators within operators too */
    public static List<OperatorCall> stop() {
        try {
            Path file = Files.createTempFile("dpros-profile", ".json");
            try {
                JniUtils.stopProfile(file.toString());
                return calls(JSON.readTree(file.toFile()));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the profile of libtorch cannot be read: " + e.getMessage(), e);
        }
    }

    /** A call that may be within one that ends later. */
    private record Ended(double middleUs, double us, long allocated) {}

    /** @param events in the order in which they ended, so that what is within another comes before it */
    static List<OperatorCall> calls(JsonNode events) {
        List<OperatorCall> calls = new ArrayList<>();
        Deque<Ended> open = new ArrayDeque<>();
        for (JsonNode event : events) {
            double beginUs = event.path("ts").asDouble();
            double us = event.path("dur").asDouble();
            long allocated = bytes(event.path("cpu mem").asText());
            double selfUs = us;
            long own = allocated;
            while (!open.isEmpty() && open.peek().middleUs > beginUs) {
                Ended within = open.pop();
                selfUs -= within.us;
                own -= within.allocated;
            }
            open.push(new Ended(beginUs + us / 2, us, allocated));
            calls.add(new OperatorCall(event.path("name").asText(), Math.max(0, selfUs), read(event.path("shape")), Math.max(0, own)));
        }
        return calls;
    }

    private static long read(JsonNode shapes) {
        long values = 0;
        for (JsonNode shape : shapes) {
            long product = shape.isEmpty() ? 0 : 1;
            for (JsonNode dimension : shape) {
                product *= dimension.asLong();
            }
            values += product;
        }
        return values * Float.BYTES;
    }

    /** Of a text such as {@code 1.50 Kb}. */
    private static long bytes(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            return 0;
        }
        double number = Double.parseDouble(text.substring(0, space));
        return Math.round(number * switch (text.substring(space + 1)) {
            case "Gb" -> 1 << 30;
            case "Mb" -> 1 << 20;
            case "Kb" -> 1 << 10;
            default -> 1;
        });
    }
}
