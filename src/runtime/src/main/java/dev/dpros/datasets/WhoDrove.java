package dev.dpros.datasets;

import dev.dpros.core.VectorReader;
import dev.dpros.datasets.EpisodeDataset.Stretch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * When somebody drove, policy or human, as the control node's {@code ~state} in the recording says. Immutable once made.
 */
public final class WhoDrove {
    /** Type of {@code ~state}, whatever its topic. */
    public static final String TYPE = "diffusion_policy_msgs/ControllerState";
    private static final long FRESH_NS = 1_000_000_000L;
    private static final int DEGRADED = 1;
    private static final int FEWEST_STEPS = 2;

    private final long[] stamps;
    private final boolean[] drove;

    private WhoDrove(long[] stamps, boolean[] drove) {
        this.stamps = stamps;
        this.drove = drove;
    }

    /** Whether a source is a node's state. */
    static boolean is(JournalIndex.Track track) {
        return track.info() != null && track.info().type().equals(TYPE) && track.count() > 0;
    }

    /** Reads it; null if it was not recorded. Of several nodes' the first counts. */
    static WhoDrove of(JournalIndex index, MessageReaders readers, AlignedField.MessageSource messages) {
        JournalIndex.Track track = index.tracks().stream().filter(WhoDrove::is).findFirst().orElse(null);
        if (track == null) {
            return null;
        }
        VectorReader state = readers.vector(track.info(), "state");
        VectorReader human = readers.vector(track.info(), "intervention");
        long[] stamps = new long[track.count()];
        boolean[] drove = new boolean[track.count()];
        float[] value = new float[2];
        int count = 0;
        for (int i = 0; i < track.count(); i++) {
            long stamp = track.headerNs(i) != 0 ? track.headerNs(i) : track.receivedNs(i);
            boolean read = state.read(messages.read(track.offset(i), track.length(i)), value, 0)
                    && human.read(messages.read(track.offset(i), track.length(i)), value, 1);
            if (read && (count == 0 || stamp > stamps[count - 1])) {
                stamps[count] = stamp;
                drove[count++] = value[0] <= DEGRADED || value[1] != 0;
            }
        }
        return new WhoDrove(Arrays.copyOf(stamps, count), drove);
    }

    /** Whether nobody drove; false where nothing tells. */
    boolean idle(long stampNs) {
        int at = Arrays.binarySearch(stamps, stampNs);
        int last = at >= 0 ? at : -at - 2;
        return last >= 0 && stampNs - stamps[last] <= FRESH_NS && !drove[last];
    }

    /**
     * The stretches in which somebody drove: without what is idle at both ends, and cut where nobody drove for longer than
     * a gap. A shorter pause stays, as a short gap of a source does. Single steps are left out.
     *
     * @param idle per step
     * @param longestPause steps
     */
    static List<Stretch> stretches(boolean[] idle, double longestPause) {
        List<Stretch> stretches = new ArrayList<>();
        int from = -1;
        int last = -1;
        for (int step = 0; step < idle.length; step++) {
            if (idle[step]) {
                continue;
            }
            if (from >= 0 && step - last - 1 > longestPause) {
                add(stretches, from, last + 1);
                from = step;
            }
            from = from < 0 ? step : from;
            last = step;
        }
        if (from >= 0) {
            add(stretches, from, last + 1);
        }
        return stretches;
    }

    private static void add(List<Stretch> stretches, int from, int to) {
        if (to - from >= FEWEST_STEPS) {
            stretches.add(new Stretch(from, to));
        }
    }
}
