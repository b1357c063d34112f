package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SourceLabelTest {
    @Test
    void shouldAddTheKeyWhereATopicIsShared() {
        List<String> topics = List.of("/camera", "/joint_states", "/joint_states");
        assertEquals("/camera", SourceLabel.of("/camera", "front", topics));
        assertEquals("/joint_states (position)", SourceLabel.of("/joint_states", "position", topics));
    }

    @Test
    void shouldNumberEqualNamesAfterTheFirst() {
        assertEquals(List.of("a", "b", "a (2)", "a (3)"), SourceLabel.numbered(List.of("a", "b", "a", "a")));
    }
}
