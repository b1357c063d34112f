package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros2.discovery.Recorded;
import dev.dpros.ros2.wire.Guid;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntitiesInfoTest {
    private static final Guid ARM = Guid.of(HexFormat.of().parseHex("0110fc11af973792ed6db91d"), 0x1c1);

    @Test
    void shouldReadRecordedNodes() {
        EntitiesInfo empty = EntitiesInfo.read(Recorded.of("nodes.empty"));
        assertEquals(ARM, empty.participant());
        assertEquals("/robot1/arm", empty.nodes().get(0).fullName());
        assertEquals(List.of(), empty.nodes().get(0).readers());
        assertEquals(List.of(ARM.withEntity(0x603), ARM.withEntity(0x703)), empty.nodes().get(0).writers());
        EntitiesInfo full = EntitiesInfo.read(Recorded.of("nodes.full"));
        assertEquals(List.of("/robot1/arm", "/robot1/gripper"), full.nodes().stream().map(EntitiesInfo.Node::fullName).toList());
        assertEquals(8, full.nodes().get(0).readers().size());
        assertEquals(List.of(), EntitiesInfo.read(Recorded.of("nodes.none")).nodes());
        assertEquals(EntitiesInfo.GID, full.gidBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodes.empty", "nodes.full", "nodes.none"})
    void shouldWriteWhatWasRecorded(String name) {
        ByteBuffer recorded = Recorded.of(name);
        assertEquals(recorded, EntitiesInfo.read(recorded).write(EntitiesInfo.GID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nodes.empty", "nodes.full", "nodes.none"})
    void shouldTellHumbleFromLaterOnes(String name) {
        EntitiesInfo info = EntitiesInfo.read(Recorded.of(name));
        EntitiesInfo humble = EntitiesInfo.read(info.write(EntitiesInfo.HUMBLE_GID));
        assertEquals(EntitiesInfo.HUMBLE_GID, humble.gidBytes());
        assertEquals(info.participant(), humble.participant());
        assertEquals(info.nodes(), humble.nodes());
    }

    @Test
    void shouldSurviveMutatedNodes() {
        Random random = new Random(3);
        int refused = 0;
        byte[] good = Recorded.of("nodes.full").array();
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, i < good.length ? i : good.length);
            if (bad.length > 0) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                EntitiesInfo.read(ByteBuffer.wrap(bad));
            } catch (InputException e) {
                refused++;
            }
        }
        assertTrue(refused > 1_000);
    }
}
