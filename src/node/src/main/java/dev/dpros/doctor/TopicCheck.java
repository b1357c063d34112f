package dev.dpros.doctor;

import dev.dpros.config.RobotConfig;
import dev.dpros.config.SourceSection;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.Finding;
import dev.dpros.core.NearestName;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.node.NodeRehearsal;
import dev.dpros.node.outputs.SourceCheck;
import dev.dpros.observation.Fit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came on the topics of the policy's inputs while they were watched. One thread. */
final class TopicCheck {
    private static final double ENOUGH = 0.9;

    private final RobotConfig config;
    private final PolicyConfig policy;
    private final Transport transport;
    private final NodeRehearsal node;
    private final Map<SourceCheck, Long> before = new LinkedHashMap<>();

    TopicCheck(RobotConfig config, PolicyConfig policy, Transport transport, NodeRehearsal node) {
        this.config = config;
        this.policy = policy;
        this.transport = transport;
        this.node = node;
    }

    /** Whether every source has had a message, and taken it: a first picture waits for the library of pictures to be loaded. */
    boolean allHeard() {
        return node.checks().stream().allMatch(check -> check.subscription().received() > 0 && check.health().lastReceivedNs() != SourceHealth.NEVER);
    }

    /** Counts from now on. */
    void begin() {
        node.checks().forEach(check -> before.put(check, check.subscription().received()));
    }

    /** What came since. @param seconds the time since {@link #begin} */
    List<Finding> end(double seconds) {
        List<Finding> found = new ArrayList<>();
        Map<String, TopicInfo> topics = transport.topics();
        node.checks().forEach(check -> found.add(judge(check, topics, seconds)));
        return found;
    }

    private Finding judge(SourceCheck check, Map<String, TopicInfo> topics, double seconds) {
        String subject = check.key() + " " + check.topic();
        String problem = check.look();
        long count = check.subscription().received() - before.get(check);
        if (problem != null) {
            return Finding.fault(subject, problem, "");
        }
        if (count == 0) {
            return silent(check, subject, topics);
        }
        double hz = count / seconds;
        List<String> facts = new ArrayList<>(List.of(String.valueOf(check.subscription().messageType()), String.format(Locale.ROOT, "%.1f Hz", hz)));
        String picture = node.picture(check);
        if (picture != null) {
            facts.add(picture + size(check));
        }
        long offsetNs = check.health().stampOffsetNs();
        facts.add(offsetNs == SourceHealth.UNKNOWN ? "how far stamps lie behind is not known"
                : String.format(Locale.ROOT, "stamps %.1f ms behind", offsetNs / 1e6));
        return grade(check, subject, String.join(", ", facts), hz);
    }

    private Finding grade(SourceCheck check, String subject, String facts, double hz) {
        SourceHealth health = check.health();
        if (health.offsetBeyond(health.stampOffsetNs(), transport.simulatedTime())) {
            return Finding.fault(subject, facts + ": more than max_stamp_offset_ms allows",
                    "set both machines' clocks by NTP or PTP, or stamp: received for this input");
        }
        if (1e9 / hz > health.maxAgeNs()) {
            return Finding.warning(subject, facts + ": slower than stale_after_ms allows", "raise the rate, or stale_after_ms");
        }
        if (hz < ENOUGH * config.control().policyRateHz()) {
            return Finding.warning(subject, facts + ": slower than control.policy_rate_hz, so that the policy sees values twice", "raise the topic's rate");
        }
        return health.blank() ? Finding.warning(subject, facts + ": the picture is uniform", "is the lens covered, the light off? (blank_below)")
                : Finding.ok(subject, facts);
    }

    /** How the picture becomes the policy's. */
    private String size(SourceCheck check) {
        SourceSection section = config.observations().get(check.key());
        FeatureSpec feature = policy.inputs().stream().filter(input -> input.key().equals(check.key())).findFirst().orElseThrow();
        return " for the policy's " + feature.shape().get(2) + "x" + feature.shape().get(1)
                + (section.fit() == Fit.EXACT ? "" : " (fit: " + section.fit().name().toLowerCase(Locale.ROOT) + ")");
    }

    private Finding silent(SourceCheck check, String subject, Map<String, TopicInfo> topics) {
        String topic = transport.resolve(check.topic());
        if (check.subscription().publishers() > 0) {
            return Finding.fault(subject, "has a publisher, but nothing came", "is it paused, or is its machine not reached from here?");
        }
        SourceSection section = config.observations().get(check.key());
        String type = section == null ? "" : policy.inputs().stream().filter(input -> input.key().equals(check.key()))
                .map(input -> section.typeFor(input.kind())).findFirst().orElse("");
        List<String> alike = topics.entrySet().stream().filter(entry -> entry.getValue().publishers() > 0 && entry.getValue().type().equals(type)
                && !entry.getKey().equals(topic)).map(Map.Entry::getKey).toList();
        return Finding.fault(subject, "nobody publishes it" + NearestName.hint(topic, alike),
                alike.isEmpty() ? "start the node that publishes it" : "topics of type " + type + " here: " + String.join(", ", alike));
    }
}
