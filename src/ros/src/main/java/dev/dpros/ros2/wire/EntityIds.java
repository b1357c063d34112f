package dev.dpros.ros2.wire;

/** Entity ids that RTPS fixes (9.3.1), and the kinds of those that it does not: {@code counter << 8 | kind}. */
public final class EntityIds {
    /** Any reader, or none named. */
    public static final int UNKNOWN = 0;
    /** The participant itself. */
    public static final int PARTICIPANT = 0x0001c1;
    /** Announces participants (SPDP). */
    public static final int SPDP_WRITER = 0x0100c2;
    /** Hears of participants. */
    public static final int SPDP_READER = 0x0100c7;
    /** Announces writers (SEDP). */
    public static final int PUBLICATIONS_WRITER = 0x0003c2;
    /** Hears of writers. */
    public static final int PUBLICATIONS_READER = 0x0003c7;
    /** Announces readers (SEDP). */
    public static final int SUBSCRIPTIONS_WRITER = 0x0004c2;
    /** Hears of readers. */
    public static final int SUBSCRIPTIONS_READER = 0x0004c7;
    /** Says that a participant lives. */
    public static final int LIVELINESS_WRITER = 0x0200c2;
    /** Hears that participants live. */
    public static final int LIVELINESS_READER = 0x0200c7;
    /** Kind of a user's writer of a topic without keys, as all of ROS. */
    public static final int KIND_WRITER = 0x03;
    /** Kind of a user's reader of a topic without keys, as all of ROS. */
    public static final int KIND_READER = 0x04;

    private static final int KIND_WRITER_WITH_KEY = 0x02;
    private static final int KIND_MASK = 0x3f;

    private EntityIds() {}

    /** The id of a user's entity. */
    public static int user(int counter, int kind) {
        return counter << 8 | kind;
    }

    /** Whether the id is one of a writer. */
    public static boolean isWriter(int entityId) {
        int kind = entityId & KIND_MASK;
        return kind == KIND_WRITER_WITH_KEY || kind == KIND_WRITER;
    }
}
