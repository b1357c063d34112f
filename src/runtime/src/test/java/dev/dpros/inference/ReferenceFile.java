package dev.dpros.inference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.TensorData;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One recorded case of a reference implementation. */
record ReferenceFile(String name, JsonNode json) {
    /** @param resource without {@code .json} */
    static ReferenceFile read(String resource) {
        try {
            return new ReferenceFile(resource, new ObjectMapper().readTree(bytes(resource + ".json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String resource) {
        try (InputStream in = ReferenceFile.class.getResourceAsStream("/" + resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String tag() {
        return json.get("tag").asText();
    }

    /** The procedural weights of all parameters, by state_dict name; buffers with values of their own left out. */
    Map<String, TensorData> weights() {
        Map<String, TensorData> weights = new HashMap<>();
        json.get("params").properties().forEach(entry -> {
            String name = entry.getKey();
            if (!name.matches(".*(pos_grid|pos_x|pos_y|temperature|_dummy_variable)|normalizer\\..*")) {
                List<Long> shape = new ArrayList<>();
                entry.getValue().forEach(size -> shape.add(size.asLong()));
                weights.put(name, Procedural.weight(name, shape));
            }
        });
        return weights;
    }

    /** A nested array of numbers, flattened. */
    float[] floats(String... path) {
        JsonNode node = json;
        for (String key : path) {
            node = node.get(key);
        }
        return flatten(node);
    }

    static float[] flatten(JsonNode node) {
        List<Float> values = new ArrayList<>();
        collect(node, values);
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i);
        }
        return out;
    }

    private static void collect(JsonNode node, List<Float> values) {
        if (node.isArray()) {
            node.forEach(child -> collect(child, values));
        } else {
            values.add((float) node.asDouble());
        }
    }

    /** {@code normal(tag/variance/i)} for i from 0 on, {@code [draws, T, A]}. */
    float[] variance(int draws, int each) {
        float[] all = new float[draws * each];
        for (int i = 0; i < draws; i++) {
            System.arraycopy(Procedural.normal(tag() + "/variance/" + i, each), 0, all, i * each, each);
        }
        return all;
    }

    NoiseSource noise(int draws, int each) {
        return NoiseSource.given(Procedural.normal(tag() + "/noise", each), variance(draws, each));
    }

    static double worst(float[] found, float[] expected) {
        if (found.length != expected.length) {
            throw new AssertionError("expected " + expected.length + " values, found " + found.length);
        }
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            double error = Math.abs(found[i] - expected[i]);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        return worst;
    }
}
