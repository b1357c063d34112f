package dev.dpros.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class ProceduralTest {
    @Test
    void shouldProduceTheRecordedValues() throws IOException {
        JsonNode expected;
        try (InputStream in = ProceduralTest.class.getResourceAsStream("/reference/procedural.json")) {
            expected = new ObjectMapper().readTree(in);
        }
        assertEquals(expected.get("seed_of_a").bigIntegerValue().longValue(), Procedural.seed("a"));
        assertArrayEquals(doubles(expected.get("uniform_a")), Procedural.splitmix(5, Procedural.seed("a")), 0);
        assertArrayEquals(floats(expected.get("uniform_f32")), Procedural.uniform("a", 5, -1, 1), 0);
        assertArrayEquals(floats(expected.get("normal_a")), Procedural.normal("a", 5), 1e-7f);
    }

    private static double[] doubles(JsonNode node) {
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).doubleValue();
        }
        return values;
    }

    private static float[] floats(JsonNode node) {
        float[] values = new float[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) node.get(i).doubleValue();
        }
        return values;
    }
}
