package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterLayersTest {
    private static final Map<String, Object> IN_FORCE = Map.of("node", Map.of("autostart", false),
            "action", Map.of("limits", Map.of("default", Map.of("position", List.of(0, 512), "velocity", 1))));

    @Test
    void shouldRefuseAnotherValueOnTheServer() {
        InputException e = assertThrows(InputException.class, () -> ParameterLayers.requireSameMotion("/dpros",
                ParameterLayers.nested(Map.of("action/limits/default/velocity", 2.5)), IN_FORCE));
        assertTrue(e.getMessage().contains("rosparam delete /dpros/action/limits/default/velocity"), e.getMessage());
        assertTrue(e.getMessage().contains("2.5"), e.getMessage());
        assertThrows(InputException.class, () -> ParameterLayers.requireSameMotion("/dpros",
                Map.of("node", Map.of("autostart", true)), IN_FORCE));
        assertThrows(InputException.class, () -> ParameterLayers.requireSameMotion("/dpros",
                Map.of("action", Map.of("at_rest", "repeat")), IN_FORCE));
        assertThrows(InputException.class, () -> ParameterLayers.requireSameMotion("/dpros",
                Map.of("control", Map.of("max_tracking_error", 0)), IN_FORCE), "supervision turned off");
        assertThrows(InputException.class, () -> ParameterLayers.requireSameMotion("/dpros",
                Map.of("sampler", Map.of("remote", Map.of("url", "https://elsewhere"))), IN_FORCE), "another server");
    }

    @Test
    void shouldAcceptEqualValuesAndOtherKeys() {
        assertDoesNotThrow(() -> ParameterLayers.requireSameMotion("/dpros", Map.of("sampler", Map.of("steps", 4), "action",
                Map.of("limits", Map.of("default", Map.of("position", List.of(0.0, 512.0), "velocity", 1.0)))), IN_FORCE));
    }

    @Test
    void shouldKeepMotionAndSecretsOffTheMaster() {
        assertEquals(Map.of("sampler/steps", 4, "action/topic", "/c"), ParameterLayers.forMaster(ParameterLayers.nested(Map.of(
                "node/autostart", true, "metrics/token", "s", "sampler/steps", 4,
                "action", Map.of("topic", "/c", "take_up", 0.1)))));
    }

    @Test
    void shouldRedactSecrets() {
        assertEquals(Map.of("metrics", Map.of("token", "<redacted>", "port", 1)),
                Secrets.redacted(Map.of("metrics", Map.of("token", "s", "port", 1))));
    }
}
