package dev.dpros.node.page;

import dev.dpros.metrics.dashboard.Snapshot;
import dev.dpros.metrics.dashboard.Snapshot.Span;
import dev.dpros.node.page.CycleLog.Cycle;
import java.util.ArrayList;
import java.util.List;

/** A cycle as the page's waterfall: spans one after the other, relative to the observation's stamp. Stateless. */
final class CycleSpans {
    private CycleSpans() {}

    static Snapshot.Cycle of(Cycle cycle) {
        List<Span> spans = new ArrayList<>();
        long at = cycle.stampNs();
        at = add(spans, cycle, "camera", at, cycle.arrivedNs());
        at = add(spans, cycle, "prepare", at, cycle.preparedNs());
        at = add(spans, cycle, "wait", at, cycle.begunNs());
        at = add(spans, cycle, "encode", at, cycle.encodedNs());
        at = add(spans, cycle, "denoise", at, cycle.finishedNs());
        at = add(spans, cycle, "wait", at, cycle.sentFromNs());
        add(spans, cycle, "publish", at, cycle.sentNs());
        double deadlineMs = ms(cycle, cycle.deadlineNs());
        double totalMs = ms(cycle, cycle.sentNs());
        return new Snapshot.Cycle(cycle.id(), spans, totalMs, Math.max(0, deadlineMs), deadlineMs > 0 && totalMs > deadlineMs,
                cycle.steps());
    }

    /** Adds what took any time; returns where the next begins. */
    private static long add(List<Span> spans, Cycle cycle, String stage, long fromNs, long toNs) {
        if (toNs <= fromNs) {
            return fromNs;
        }
        spans.add(new Span(stage, ms(cycle, fromNs), ms(cycle, toNs)));
        return toNs;
    }

    private static double ms(Cycle cycle, long atNs) {
        return (atNs - cycle.stampNs()) / 1e6;
    }
}
