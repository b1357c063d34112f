package dev.dpros.node.outputs;

import dev.dpros.safety.CauseText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the node waits for: each thing is said once it is missing for two seconds, again once a minute, and when it is
 * there. One thread polls; any thread reads {@link #lines}; allocates.
 */
public final class Waiting {
    static final long FIRST_NS = 2_000_000_000L;
    static final long AGAIN_NS = 60_000_000_000L;

    /**
     * Something that may be missing.
     *
     * @param missing what is missing, such as a topic; null while it is there
     * @param detail what to add in brackets, or empty; asked only when a line is due, may block
     * @param ages whether the detail has an age and does not block: {@link #lines} then have it as of the last look
     */
    public record Thing(Supplier<String> missing, Supplier<String> detail, boolean ages) {
        /** Without an age. */
        public Thing(Supplier<String> missing, Supplier<String> detail) {
            this(missing, detail, false);
        }
    }

    /** Where lines go. */
    interface Log {
        void say(String line);
    }

    private final List<Watch> watches;
    private volatile List<String> lines = List.of();

    /** Watches these things. */
    public Waiting(List<Thing> things) {
        watches = things.stream().map(Watch::new).toList();
    }

    private static final class Watch {
        private final Thing thing;
        private String missing;
        private String line;
        private long sinceNs;
        private long saidNs;

        Watch(Thing thing) {
            this.thing = thing;
        }

        void poll(long nowNs, Log log) {
            String now = thing.missing.get();
            if (now == null) {
                if (line != null) {
                    log.say(missing + ": no longer waited for, after " + CauseText.duration((nowNs - sinceNs) * 1e-9));
                }
                missing = null;
                line = null;
                return;
            }
            if (missing == null) {
                sinceNs = nowNs;
            }
            missing = now;
            if (nowNs - sinceNs >= FIRST_NS && (line == null || nowNs - saidNs >= AGAIN_NS)) {
                line = line(now, thing.detail.get());
                saidNs = nowNs;
                log.say(line);
            } else if (line != null && thing.ages) {
                line = line(now, thing.detail.get());
            }
        }
    }

    private static String line(String missing, String detail) {
        return "waiting for " + missing + (detail.isEmpty() ? "" : " (" + detail + ")");
    }

    /** Looks at everything. */
    void poll(long nowNs, Log log) {
        watches.forEach(watch -> watch.poll(nowNs, log));
        lines = watches.stream().map(watch -> watch.line).filter(line -> line != null).toList();
    }

    /** What has been missing for two seconds or more. Any thread. */
    public List<String> lines() {
        return lines;
    }

    /** What is missing at this moment, however briefly, joined by commas; empty if nothing is. */
    public String now() {
        List<String> missing = new ArrayList<>();
        for (Watch watch : watches) {
            String what = watch.thing.missing.get();
            if (what != null) {
                missing.add(what);
            }
        }
        return String.join(", ", missing);
    }
}
