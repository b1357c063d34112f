package dev.dpros.ros.message;

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
    private final byte[] empty = MessageBuffer.string("");
    private final MessageBuffer buffer;
    private int sequence;

    /** A writer for these action dimensions, observation sources and reason codes. */
    public ControllerStateWriter(List<String> names, List<String> sources, List<String> reasons) {
        this.names = MessageBuffer.strings(names);
        this.sources = MessageBuffer.strings(sources);
        reasonCodes = reasons.stream().map(MessageBuffer::string).toArray(byte[][]::new);
        subjects = Stream.concat(sources.stream(), names.stream()).map(MessageBuffer::string).toArray(byte[][]::new);
        sourceAgesNs = new long[sources.size()];
        command = new double[names.size()];
        measured = new double[names.size()];
        buffer = new MessageBuffer(256 + this.names.length + 2 * this.sources.length + 8 * sources.size()
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
        ByteBuffer out = buffer.begin(0);
        MessageBuffer.putHeader(out, sequence++, stampNs, empty);
        out.put((byte) state).put(reasonCodes[reason]).put(source < 0 ? empty : subjects[source]);
        WireTime.put(out, sinceNs);
        out.putLong(tick).putLong(missedTicks);
        WireTime.put(out, latenessNs);
        out.putLong(chunkId);
        WireTime.put(out, chunkAgeNs);
        out.putInt(actionsLeft).put(sources).putInt(sourceAgesNs.length);
        for (int i = 0; i < sourceAgesNs.length; i++) {
            WireTime.put(out, sourceAgesNs[i]);
        }
        out.put(names);
        MessageBuffer.putDoubles(out, command, 0, command.length);
        MessageBuffer.putDoubles(out, measured, 0, measuredKnown ? measured.length : 0);
        return out.put((byte) limited).put((byte) (intervention ? 1 : 0)).put((byte) (commanding ? 1 : 0)).flip();
    }
}
