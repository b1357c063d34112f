package dev.dpros.messages;

import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * Serializes diffusion_policy_msgs/ControllerState: fill the public fields, then {@link #write}. One thread; allocates
 * nothing after construction.
 */
public final class ControllerStateWriter {
    /** The type that it writes. */
    public static final String TYPE = "diffusion_policy_msgs/ControllerState";

    /** Stamp of the tick, ns. */
    public long stampNs;
    /** NOMINAL, DEGRADED, HOLD or FAULT, 0 to 3. */
    public int state;
    /** Index of the reason among those given at construction. */
    public int reason;
    /** Index of the source that the reason is about, after the last of them that of a joint; or negative. */
    public int source;
    /** When the state was entered, ns. */
    public long sinceNs;
    /** Ticks since the start. */
    public long tick;
    /** Periods missed so far. */
    public long missedTicks;
    /** Of this tick, ns. */
    public long latenessNs;
    /** Chunk in execution, 0 if none. */
    public long chunkId;
    /** Age of its observation, ns. */
    public long chunkAgeNs;
    /** Actions that lie in the future. */
    public int actionsLeft;
    /** Per source, ns; negative if it never came. */
    public final long[] sourceAgesNs;
    /** Position sent at this tick, robot units. */
    public final double[] command;
    /** Measured position, robot units. */
    public final double[] measured;
    /** Whether {@link #measured} is known. */
    public boolean measuredKnown;
    /** Bits of what the safety filter changed. */
    public int limited;
    /** Whether a human drives in the policy's place. */
    public boolean intervention;
    /** Whether a frame was sent at this tick. */
    public boolean commanding;

    private final byte[] names;
    private final byte[] sources;
    private final byte[][] reasonCodes;
    private final byte[][] subjects;
    private final byte[] empty;
    private final MessageWriter out;
    private int sequence;

    /** A writer for these action dimensions, observation sources and reason codes. */
    public ControllerStateWriter(MessageTypes types, List<String> names, List<String> sources, List<String> reasons) {
        empty = types.text("");
        this.names = types.texts(names);
        this.sources = types.texts(sources);
        reasonCodes = reasons.stream().map(types::text).toArray(byte[][]::new);
        subjects = Stream.concat(sources.stream(), names.stream()).map(types::text).toArray(byte[][]::new);
        sourceAgesNs = new long[sources.size()];
        command = new double[names.size()];
        measured = new double[names.size()];
        out = types.writer(256 + this.names.length + 2 * this.sources.length + 8 * sources.size()
                + 16 * names.size() + longest(reasonCodes) + longest(subjects));
    }

    private static int longest(byte[][] texts) {
        int longest = 0;
        for (byte[] text : texts) {
            longest = Math.max(longest, text.length);
        }
        return longest;
    }

    /** The message, position 0 to limit, valid until the next call. */
    public ByteBuffer write() {
        out.begin().header(sequence++, stampNs, empty).u8(state).put(reasonCodes[reason]).put(source < 0 ? empty : subjects[source])
                .time(sinceNs).i64(tick).i64(missedTicks).duration(latenessNs).i64(chunkId).duration(chunkAgeNs)
                .i32(actionsLeft).put(sources).count(sourceAgesNs.length);
        for (long ageNs : sourceAgesNs) {
            out.duration(ageNs);
        }
        return out.put(names).doubles(command, 0, command.length).doubles(measured, 0, measuredKnown ? measured.length : 0)
                .u8(limited).u8(intervention ? 1 : 0).u8(commanding ? 1 : 0).end();
    }
}
