package dev.dpros.recording;

import dev.dpros.recording.journal.SourceInfo;
import java.util.function.Supplier;

/**
 * One source of an {@link EpisodeRecorder}.
 *
 * @param key name in the configuration
 * @param role what it is to the policy
 * @param topic resolved topic name
 * @param queue what the transport fills
 * @param description asked for on the recorder thread until it knows the type; returns null before the first publisher
 */
public record RecordingSource(
        String key, SourceInfo.Role role, String topic, SourceQueue queue, Supplier<Description> description) {
    /** What a publisher's connection tells of its type. */
    public record Description(String type, String md5, String definition) {}

    SourceInfo info(int id) {
        SourceInfo plain = new SourceInfo(id, key, role, topic, "", "", "");
        Description known = description.get();
        return known == null ? plain : plain.described(known.type(), known.md5(), known.definition());
    }
}
