package dev.dpros.node.trace;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dpros.control.ControlConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.SourceLabel;
import dev.dpros.safety.CauseText;
import dev.dpros.safety.JointLimits;
import java.nio.file.Path;
import java.util.List;

/**
 * What a trace says of its node: all that its control loop is built from.
 *
 * @param node its name
 * @param policy its checkpoint
 * @param control the loop's configuration
 * @param limits of the joints
 * @param sources in the watchdog's order
 */
public record TraceSetup(String node, String policy, ControlConfig control, List<JointLimits> limits, List<Source> sources) {
    private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

    /**
     * An observation source; see {@link SourceHealth}.
     *
     * @param maxOffsetNs null in traces of before it was checked
     */
    public record Source(String name, SourceHealth.Kind kind, long maxAgeNs, Long maxOffsetNs) {
        /** Of a source. */
        public static Source of(SourceHealth health) {
            return new Source(health.name(), health.kind(), health.maxAgeNs(), health.maxOffsetNs());
        }
    }

    /** Copies the lists. @throws IllegalArgumentException if something is missing */
    public TraceSetup {
        if (control == null || limits == null || sources == null) {
            throw new IllegalArgumentException("control, limits or sources are missing");
        }
        limits = List.copyOf(limits);
        sources = List.copyOf(sources);
    }

    /** From a trace's header. @throws InputException if it is not that of a control node, in one line */
    static TraceSetup of(Path file, JsonNode json) {
        try {
            return JSON.treeToValue(json, TraceSetup.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException | IllegalArgumentException e) {
            throw new InputException(file + ": setup: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    /** The source or joint behind an event's index, or an empty text. */
    String subject(int index) {
        int joint = index - sources.size();
        return index < 0 || joint >= control.dims() ? "" : joint < 0 ? sources.get(index).name() : control.names().get(joint);
    }

    /** The sources' names, told apart where several read one topic. */
    List<String> labels() {
        return SourceLabel.numbered(sources.stream().map(Source::name).toList());
    }

    /** Says in words what led to a state, as the node did. */
    CauseText words() {
        return new CauseText(health(), limits, node + "/start");
    }

    /** Health records as the node had them. */
    List<SourceHealth> health() {
        return sources.stream().map(source -> new SourceHealth(source.name, source.kind, source.maxAgeNs,
                source.maxOffsetNs == null ? 0 : source.maxOffsetNs)).toList();
    }
}
