package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class TorchProfilerTest {
    private static String event(String name, double ts, double dur, String shape, String memory) {
        return String.format(java.util.Locale.ROOT, "{\"name\": \"%s\", \"ts\": %s, \"dur\": %s, \"shape\": %s, \"cpu mem\": \"%s\"}", name, ts, dur,
                shape, memory);
    }

    @Test
    void shouldTakeFromEachCallWhatItsInnerCallsTookAndAllocated() throws IOException {
        String events = "[" + String.join(",",
                event("before", 0, 5, "[]", "10 b"),
                event("aten::addmm", 12, 30, "[[4], [2, 3], [3, 4]]", "1.50 Kb"),
                event("aten::view", 50, 2, "[[2, 4], []]", "0 b"),
                event("aten::linear", 10, 50, "[[2, 3], [4, 3], [4]]", "2.00 Kb")) + "]";
        List<OperatorCall> calls = TorchProfiler.calls(new ObjectMapper().readTree(events));
        assertEquals(List.of(
                new OperatorCall("before", 5, 0, 10),
                new OperatorCall("aten::addmm", 30, 4 * (4 + 6 + 12), 1536),
                new OperatorCall("aten::view", 2, 4 * 8, 0),
                new OperatorCall("aten::linear", 18, 4 * (6 + 12 + 4), 512)), calls);
    }
}
