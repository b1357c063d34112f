package dev.dpros.ros.master;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against the answers that rosmaster gave, for machines without ROS. {@link MasterEquivalenceTest} checks the recording. */
@Timeout(60)
class MasterRecordedAnswersTest {
    @Test
    void shouldAnswerTheScriptAsRosmasterDid() throws IOException {
        List<String> calls = ScriptedSession.lines("master-calls.jsonl");
        List<String> recorded = ScriptedSession.lines("master-answers.txt");
        assertEquals(recorded.size(), calls.size());
        List<String> differences = new ArrayList<>();
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                ScriptedSession session = new ScriptedSession(master.uri())) {
            for (String key : List.of("/run_id", "/rosdistro", "/rosversion")) {
                session.call(List.of("deleteParam", "/test", key));
            }
            for (int i = 0; i < calls.size(); i++) {
                String answer = session.call(ScriptedSession.parsed(calls.get(i))).toString();
                if (!recorded.get(i).equals(answer)) {
                    differences.add(calls.get(i) + "\n  rosmaster: " + recorded.get(i) + "\n  embedded:  " + answer);
                }
            }
        }
        assertEquals("", String.join("\n", differences));
    }
}
