package dev.dpros.training.data;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * All windows of T steps of some episodes, as diffusion_policy's SequenceSampler enumerates them: a window may begin
 * {@code padBefore} steps before its episode and end {@code padAfter} steps after it; what lies outside repeats the first or
 * last step. With padBefore = To - 1 these are also LeRobot's windows with {@code drop_n_last_frames} =
 * T - To - padAfter. Immutable; any thread.
 */
public final class EpisodeWindows {
    private final int[] starts;
    private final int[] episodes;
    private final int[] ends;
    private final int horizon;

    /**
     * Enumerates the windows.
     *
     * @param ends cumulative ends of the episodes
     * @param horizon T
     * @param padBefore clipped to 0 to T - 1, as padAfter
     * @param chosen which episodes to use
     */
    public EpisodeWindows(int[] ends, int horizon, int padBefore, int padAfter, IntPredicate chosen) {
        this.ends = ends.clone();
        this.horizon = horizon;
        int before = Math.min(Math.max(padBefore, 0), horizon - 1);
        int after = Math.min(Math.max(padAfter, 0), horizon - 1);
        int[] startList = new int[1024];
        int[] episodeList = new int[1024];
        int count = 0;
        for (int e = 0; e < ends.length; e++) {
            int first = e == 0 ? 0 : ends[e - 1];
            int last = ends[e] - first - horizon + after;
            for (int at = -before; chosen.test(e) && at <= last; at++, count++) {
                if (count == startList.length) {
                    startList = Arrays.copyOf(startList, 2 * count);
                    episodeList = Arrays.copyOf(episodeList, 2 * count);
                }
                startList[count] = first + at;
                episodeList[count] = e;
            }
        }
        starts = Arrays.copyOf(startList, count);
        episodes = Arrays.copyOf(episodeList, count);
    }

    /** Number of windows. */
    public int count() {
        return starts.length;
    }

    /** Row of step {@code t} of a window, 0 to T - 1, clipped to its episode. */
    public int row(int window, int t) {
        int episode = episodes[window];
        int first = episode == 0 ? 0 : ends[episode - 1];
        return Math.min(Math.max(starts[window] + t, first), ends[episode] - 1);
    }

    /** Whether step {@code t} of a window lies within its episode. */
    public boolean recorded(int window, int t) {
        return t >= 0 && t < horizon && row(window, t) == starts[window] + t;
    }
}
