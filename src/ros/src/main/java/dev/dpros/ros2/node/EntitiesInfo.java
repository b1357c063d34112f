package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import dev.dpros.ros2.wire.Guid;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes of one participant with their endpoints: rmw_dds_common/ParticipantEntitiesInfo on {@code ros_discovery_info}. Its
 * ids have 24 bytes in Humble and 16 since; both are read. Immutable.
 *
 * @param participant whose nodes these are
 * @param nodes all of them
 * @param gidBytes length of the ids it was read with
 */
public record EntitiesInfo(Guid participant, List<Node> nodes, int gidBytes) {
    /** Bytes of an id since Iron. */
    static final int GID = 16;
    /** Bytes of an id in Humble. */
    static final int HUMBLE_GID = 24;
    private static final int MOST_NODES = 500;
    private static final int MOST_IDS = 4_000;
    private static final int LONGEST_NAME = 512;
    private static final int ENCAPSULATION = 4;

    /**
     * A node and its endpoints.
     *
     * @param namespace such as {@code /} or {@code /robot1}
     * @param name base name
     */
    public record Node(String namespace, String name, List<Guid> readers, List<Guid> writers) {
        /** Copies the lists. */
        public Node {
            readers = List.copyOf(readers);
            writers = List.copyOf(writers);
        }

        /** Full name. */
        public String fullName() {
            return namespace.equals("/") ? "/" + name : namespace + "/" + name;
        }
    }

    /** Copies the list. */
    public EntitiesInfo {
        nodes = List.copyOf(nodes);
    }

    /** With ids as they are since Iron. */
    EntitiesInfo(Guid participant, List<Node> nodes) {
        this(participant, nodes, GID);
    }

    /** Reads a payload from its encapsulation on. @throws InputException if it is malformed */
    public static EntitiesInfo read(ByteBuffer payload) {
        EntitiesInfo info = read(payload, GID);
        if (info == null) {
            info = read(payload, HUMBLE_GID);
        }
        if (info == null) {
            throw InputException.of("ros_discovery_info", "content", "nodes with their endpoints", payload.remaining() + " other bytes", "");
        }
        return info;
    }

    /** With ids of so many bytes; null if they do not come out even. */
    private static EntitiesInfo read(ByteBuffer payload, int gidBytes) {
        if (payload.remaining() < ENCAPSULATION || payload.get(payload.position()) != 0 || payload.get(payload.position() + 1) > 1) {
            return null;
        }
        ByteBuffer in = payload.slice(payload.position() + ENCAPSULATION, payload.remaining() - ENCAPSULATION)
                .order(payload.get(payload.position() + 1) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        try {
            Guid participant = id(in, gidBytes);
            int count = count(in, MOST_NODES);
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                nodes.add(new Node(text(in), text(in), ids(in, gidBytes), ids(in, gidBytes)));
            }
            return in.remaining() < 4 ? new EntitiesInfo(participant, nodes, gidBytes) : null;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    private static Guid id(ByteBuffer in, int gidBytes) {
        ByteBuffer octets = in.duplicate().order(ByteOrder.BIG_ENDIAN);
        Guid guid = new Guid(octets.getLong(), octets.getLong());
        in.position(in.position() + gidBytes);
        return guid;
    }

    private static int count(ByteBuffer in, int most) {
        in.position(in.position() + 3 & ~3);
        int count = in.getInt();
        if (count < 0 || count > most) {
            throw new IllegalArgumentException("a list of " + count);
        }
        return count;
    }

    private static List<Guid> ids(ByteBuffer in, int gidBytes) {
        int count = count(in, MOST_IDS);
        List<Guid> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(id(in, gidBytes));
        }
        return ids;
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[count(in, LONGEST_NAME)];
        in.get(text);
        if (text.length == 0 || text[text.length - 1] != 0) {
            throw new IllegalArgumentException("a text without its end");
        }
        return new String(text, 0, text.length - 1, StandardCharsets.UTF_8);
    }

    /** The payload, little-endian, with ids of so many bytes. */
    ByteBuffer write(int gidBytes) {
        int bytes = 64;
        for (Node node : nodes) {
            bytes += 32 + 4 * (node.namespace().length() + node.name().length())
                    + gidBytes * (node.readers().size() + node.writers().size());
        }
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0x0000_0100);
        put(out, participant, gidBytes);
        out.putInt(nodes.size());
        for (Node node : nodes) {
            put(out, node.namespace());
            put(out, node.name());
            put(out, node.readers(), gidBytes);
            put(out, node.writers(), gidBytes);
        }
        return out.flip();
    }

    private static void put(ByteBuffer out, Guid guid, int gidBytes) {
        out.order(ByteOrder.BIG_ENDIAN).putLong(guid.high()).putLong(guid.low()).order(ByteOrder.LITTLE_ENDIAN);
        out.position(out.position() + gidBytes - Guid.BYTES);
    }

    private static void put(ByteBuffer out, List<Guid> ids, int gidBytes) {
        align(out).putInt(ids.size());
        ids.forEach(id -> put(out, id, gidBytes));
    }

    private static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        align(out).putInt(bytes.length + 1).put(bytes).put((byte) 0);
    }

    private static ByteBuffer align(ByteBuffer out) {
        while ((out.position() & 3) != 0) {
            out.put((byte) 0);
        }
        return out;
    }
}
