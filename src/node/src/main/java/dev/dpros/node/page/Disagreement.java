package dev.dpros.node.page;

import dev.dpros.core.ActionChunk;

/** How far two chunks of one robot differ. Stateless; allocates nothing. */
final class Disagreement {
    private Disagreement() {}

    /** Largest distance of a coordinate at the newer chunk's stamps that the older one covers, on straight lines; else 0. */
    static double between(ActionChunk older, ActionChunk newer) {
        double largest = 0;
        for (int i = 0; older.dims() == newer.dims() && i < newer.steps(); i++) {
            double at = (double) (newer.stampNs(i) - older.firstStampNs()) / older.stepNs();
            int before = (int) Math.floor(at);
            if (before < 0 || at > older.steps() - 1) {
                continue;
            }
            int after = Math.min(before + 1, older.steps() - 1);
            for (int d = 0; d < newer.dims(); d++) {
                double there = older.action(before, d) + (at - before) * (older.action(after, d) - older.action(before, d));
                largest = Math.max(largest, Math.abs(newer.action(i, d) - there));
            }
        }
        return largest;
    }
}
