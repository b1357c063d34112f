package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.EndpointSpec;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ParticipantOptions;
import dev.dpros.ros2.discovery.ReaderOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What does not fit the endpoints that every node has is said, as for its topics. */
class MisfitsTest {
    private final int domain = 60 + (int) (ProcessHandle.current().pid() % 10);

    @Test
    void shouldSayWhatDoesNotFitEndpointsOfTheNodeItself() {
        Logger logger = (Logger) LoggerFactory.getLogger(NodeEndpoints.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.addAppender(said);
        try (DomainParticipant peer = DomainParticipant.open(DomainSettings.local(domain), ParticipantOptions.of("peer", new SystemClock()));
                Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(domain, "misfits"))) {
            read(peer, "rt/parameter_events", "rcl_interfaces::msg::dds_::ParameterEvent_");
            read(peer, "rr/misfits/get_parametersReply", "std_srvs::srv::dds_::Trigger_Response_");
            Await.until("both said", () -> List.copyOf(said.list).stream().filter(event -> event.getFormattedMessage().contains("does not fit")).count() == 2);
            List<String> lines = said.list.stream().map(ILoggingEvent::getFormattedMessage).sorted().toList();
            assertEquals(List.of(true, true), List.of(lines.get(0).contains("durability"), lines.get(1).contains("std_srvs/srv/Trigger_Response")),
                    lines::toString);
        } finally {
            logger.detachAppender(said);
        }
    }

    private static void read(DomainParticipant peer, String topic, String type) {
        peer.reader(new EndpointSpec(topic, type, EndpointQos.LATCHED, ""), new ReaderOptions(1_000, false),
                new CopyingSink("nothing", 1_000, (info, payload) -> { }), MatchListener.NONE);
    }
}
