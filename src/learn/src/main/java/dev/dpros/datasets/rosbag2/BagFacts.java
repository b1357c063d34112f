package dev.dpros.datasets.rosbag2;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What metadata.yaml says of a bag of one file. Immutable.
 *
 * @param topics each with its number of messages
 * @param firstNs time of the first message, or 0
 * @param lastNs time of the last message, or 0
 */
record BagFacts(List<TopicCount> topics, long firstNs, long lastNs) {
    /** As Humble and all later versions read it. */
    private static final int VERSION = 5;
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory().disable(YAMLGenerator.Feature.SPLIT_LINES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER));

    /** One topic. */
    record TopicCount(McapTopic topic, long messages) {}

    /** Writes metadata.yaml. @param file name of the bag's file beside it */
    void write(Path metadata, String file) throws IOException {
        ObjectNode root = YAML.createObjectNode();
        ObjectNode bag = root.putObject(BagFolder.ROOT);
        long messages = topics.stream().mapToLong(TopicCount::messages).sum();
        bag.put("version", VERSION).put("storage_identifier", "mcap");
        times(bag).put("message_count", messages);
        ArrayNode counts = bag.putArray("topics_with_message_count");
        for (TopicCount topic : topics) {
            ObjectNode entry = counts.addObject();
            entry.putObject("topic_metadata").put("name", topic.topic.topic()).put("type", topic.topic.type())
                    .put("serialization_format", "cdr").put("offered_qos_profiles", "");
            entry.put("message_count", topic.messages);
        }
        bag.put("compression_format", "").put("compression_mode", "");
        bag.putArray("relative_file_paths").add(file);
        times(bag.putArray("files").addObject().put("path", file)).put("message_count", messages);
        YAML.writeValue(metadata.toFile(), root);
    }

    private ObjectNode times(ObjectNode node) {
        node.putObject("duration").put("nanoseconds", lastNs - firstNs);
        node.putObject("starting_time").put("nanoseconds_since_epoch", firstNs);
        return node;
    }
}
