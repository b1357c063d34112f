package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.ActionGoals;
import dev.dpros.core.ActionGoals.Status;
import dev.dpros.core.ManualClock;
import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ParticipantOptions;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.message.Jazzy;
import dev.dpros.ros2.message.RequestId;
import dev.dpros.ros2.message.Ros2Action;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.message.ServiceCodec;
import dev.dpros.ros2.names.Ros2Arguments;
import dev.dpros.ros2.names.Ros2Names;
import dev.dpros.ros2.rtps.SocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of a real Jazzy put on the wire is answered, byte for byte, as a server of Jazzy did; also in the layout of rmw_fastrtps. */
@Timeout(60)
class ActionRecordingTest implements ActionGoals.Work {
    private static final String NAME = "/robot1/count";
    private static final long SECOND_S = 1_795_922_201L;
    private static final long FIRST_NS = SECOND_S * 1_000_000_000 + 0x081a3ef2;
    private static final long SECOND_NS = SECOND_S * 1_000_000_000 + 0x0e4cfa03;
    private static final String FIRST = "5d54bde524ec4c0794922feb9523771c";
    private static final String SECOND = "345b2ccd10494682bc3c17e54a9e467f";
    private static final int STAMP_DIGITS = 16;

    private final int domain = 60 + (int) (ProcessHandle.current().pid() % 10);
    private final List<DomainParticipant> open = new ArrayList<>();
    private final ManualClock clock = new ManualClock(FIRST_NS);
    private final ActionGoals goals = new ActionGoals(clock, this);
    private final Map<String, List<String>> heard = new HashMap<>();
    private final Map<String, LocalReader> readers = new HashMap<>();
    private final Map<String, LocalWriter> writers = new HashMap<>();
    private final List<Object> targets = new ArrayList<>();
    private DomainParticipant client;
    private boolean header;

    @TempDir
    private Path prefix;

    @Override
    public String begin(Map<String, Object> goal) {
        targets.add(goal.get("target"));
        return null;
    }

    @Override
    public void cancel() {
        throw new AssertionError("nothing runs when the recorded cancellation comes");
    }

    private DomainParticipant participant(String name) {
        DomainParticipant participant = DomainParticipant.open(DomainSettings.local(domain), new ParticipantOptions(name, "/", new SystemClock(),
                SocketOptions.DEFAULT));
        open.add(participant);
        return participant;
    }

    @AfterEach
    void close() {
        open.forEach(DomainParticipant::close);
    }

    private void open(String part, Ros2Schema request, Ros2Schema reply) {
        String id = header ? "clientid= 1.10.1.2.3.4.5.6.7.8.9.a.0.0.0." + Integer.toHexString(part.length()) + ";" : "";
        hear("rr" + NAME + "/_action/" + part + "Reply", reply, EndpointQos.DEFAULT, id);
        String topic = "rq" + NAME + "/_action/" + part + "Request";
        writers.put(topic, client.writer(NodeEndpoints.spec(topic, request, EndpointQos.DEFAULT, id), 1 << 16, MatchListener.NONE));
    }

    private void hear(String topic, Ros2Schema type, EndpointQos qos, String id) {
        List<String> samples = new CopyOnWriteArrayList<>();
        heard.put(topic, samples);
        readers.put(topic, client.reader(NodeEndpoints.spec(topic, type, qos, id), new ReaderOptions(1 << 16, false),
                new CopyingSink(topic, 1 << 16, (info, payload) -> samples.add(Jazzy.hex(payload))), MatchListener.NONE));
    }

    private void meet() throws Exception {
        Ros2Catalog catalog = Jazzy.withCount(prefix);
        Ros2Action type = catalog.action("oracle_msgs/Count");
        DomainParticipant participant = participant("/server");
        NodeEndpoints endpoints = new NodeEndpoints(participant, new GraphTopic(participant, new Ros2Names("/", "server", Ros2Arguments.none()),
                new RosGraph()));
        ActionServer.Parts parts = new ActionServer.Parts(type, goals, catalog.service("action_msgs/CancelGoal"),
                catalog.message("action_msgs/GoalStatusArray"), clock);
        new ActionServer(endpoints, NAME, parts, UnaryOperator.identity(), UnaryOperator.identity());
        client = participant("/client");
        open("send_goal", type.sendGoal().request(), type.sendGoal().response());
        open("cancel_goal", parts.cancel().request(), parts.cancel().response());
        open("get_result", type.getResult().request(), type.getResult().response());
        hear("rt" + NAME + "/_action/feedback", type.feedbackMessage(), EndpointQos.DEFAULT, "");
        hear("rt" + NAME + "/_action/status", parts.status(), EndpointQos.of(true, Durability.TRANSIENT_LOCAL, 1), "");
        Await.until("all matched", () -> writers.values().stream().allMatch(writer -> writer.matches() == 1 && writer.writer().isExpected())
                && readers.values().stream().allMatch(reader -> reader.matches() == 1 && reader.reader().isExpected()));
    }

    private void send(String topic, ByteBuffer payload) {
        LocalWriter writer = writers.get(topic);
        if (header) {
            writer.writer().publish(payload);
        } else {
            String replies = topic.replace("rq/", "rr/").replace("Request", "Reply");
            writer.writer().publish(ServiceCodec.message(payload), readers.get(replies).data().guid(), RequestId.UNKNOWN_SEQUENCE);
        }
    }

    /** The next of the topic's samples as recorded; the stamp of an acceptance is another clock's. */
    private void expect(String topic, String recorded, int number) {
        List<String> samples = heard.get(topic);
        Await.until("sample " + number + " of " + topic, () -> samples.size() > number);
        boolean service = topic.startsWith("rr/");
        String wanted = service && !header ? Jazzy.hex(ServiceCodec.message(Jazzy.bytes(recorded))) : recorded;
        String found = samples.get(number);
        assertEquals(wanted.length(), found.length(), topic);
        int end = wanted.length() - (topic.contains("send_goal") ? STAMP_DIGITS : 0);
        assertEquals(wanted.substring(0, end), found.substring(0, end), topic);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAnswerWhatJazzyAskedAsJazzyDid(boolean cyclone) throws Exception {
        header = cyclone;
        meet();
        Map<String, Integer> numbers = new HashMap<>();
        int step = 0;
        for (JsonNode sample : Jazzy.recorded("action")) {
            String topic = sample.get("topic").asText();
            String hex = sample.get("hex").asText();
            before(step++);
            if (topic.startsWith("rq/")) {
                send(topic, Jazzy.bytes(hex));
            } else {
                expect(topic, hex, numbers.merge(topic, 1, Integer::sum) - 1);
            }
        }
        assertEquals(List.of(2, 1), targets);
        assertEquals(4, numbers.get("rt" + NAME + "/_action/status"));
    }

    /** What the server of the recording did of itself, by the place of the sample that showed it. */
    private void before(int step) {
        switch (step) {
            case 4 -> goals.feedback(Map.of("current", 1));
            case 5 -> goals.feedback(Map.of("current", 2));
            case 6 -> goals.finish(FIRST, Status.SUCCEEDED, "", Map.of("total", 2));
            case 8 -> clock.advanceNs(SECOND_NS - FIRST_NS);
            case 11 -> {
                goals.feedback(Map.of("current", 1));
                goals.finish(SECOND, Status.SUCCEEDED, "", Map.of("total", 1));
            }
            default -> { }
        }
    }
}
