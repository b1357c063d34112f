package dev.dpros.datasets;

import dev.dpros.core.FeatureSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Looks for what makes an episode's stamps useless: clocks that differ, stamps that stand still, gaps. Stateless. */
final class StampCheck {
    private static final int FEW = 3;

    private StampCheck() {}

    /** One line on the first fault beyond the bounds, or null. */
    static String fault(List<AlignedField> fields, StampBounds bounds, long startNs, long endNs) {
        for (AlignedField field : fields) {
            String fault = standsStill(field, bounds);
            if (fault != null) {
                return fault;
            }
        }
        String offset = offset(fields, bounds);
        return offset != null || endNs < startNs ? offset : gap(fields, bounds, startNs, endNs);
    }

    /** A source whose messages come while their stamps do not move. */
    private static String standsStill(AlignedField field, StampBounds bounds) {
        JournalIndex.Track track = field.track();
        if (field.field().stamp() != DatasetLayout.Stamp.HEADER || track.count() < FEW) {
            return null;
        }
        int from = 0;
        for (int i = 1; i <= track.count(); i++) {
            if (i < track.count() && track.headerNs(i) == track.headerNs(from)) {
                continue;
            }
            long spanNs = track.receivedNs(i - 1) - track.receivedNs(from);
            if (track.headerNs(from) != 0 && i - from >= FEW && spanNs > bounds.gapNs(medianNs(steps(track)))) {
                return String.format(Locale.ROOT, "topic %s: stamps stand still: %d messages in %.1f s, all stamped %.3f; stamp: received"
                        + " takes the time of receipt", track.info().topic(), i - from, spanNs / 1e9, track.headerNs(from) / 1e9);
            }
            from = i;
        }
        return null;
    }

    private static long[] steps(JournalIndex.Track track) {
        long[] steps = new long[track.count() - 1];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = track.receivedNs(i + 1) - track.receivedNs(i);
        }
        return steps;
    }

    /** A source whose stamps, or those of one of its parts, are further from the times of receipt than the others' are. */
    private static String offset(List<AlignedField> fields, StampBounds bounds) {
        List<String> topics = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        for (AlignedField field : fields) {
            for (SampleSeries part : field.parts()) {
                topics.add(field.about(part));
                offsets.add(offsetNs(field, part));
            }
        }
        int least = 0;
        int most = 0;
        for (int i = 0; i < offsets.size(); i++) {
            least = Math.abs(offsets.get(i)) < Math.abs(offsets.get(least)) ? i : least;
        }
        for (int i = 0; i < offsets.size(); i++) {
            most = Math.abs(offsets.get(i) - offsets.get(least)) > Math.abs(offsets.get(most) - offsets.get(least)) ? i : most;
        }
        if (fields.isEmpty() || Math.abs(offsets.get(most) - offsets.get(least)) <= bounds.maxOffsetNs()) {
            return null;
        }
        long byNs = offsets.get(most) - offsets.get(least);
        return String.format(Locale.ROOT, "topic %s: stamps are %.3f s %s those of %s, expected at most %.3f s (--max-offset): another"
                + " clock; synchronise it, or stamp: received takes the time of receipt", topics.get(most), Math.abs(byNs) / 1e9,
                byNs > 0 ? "ahead of" : "behind", topics.get(least), bounds.maxOffsetNs() / 1e9);
    }

    /** Median of stamp minus time of receipt, ns; 0 for a source that is stamped on receipt. */
    private static long offsetNs(AlignedField field, SampleSeries part) {
        JournalIndex.Track track = field.track();
        long[] offsets = new long[part.size()];
        for (int i = 0; i < offsets.length; i++) {
            int message = part.message(i);
            boolean header = field.field().stamp() == DatasetLayout.Stamp.HEADER && track.headerNs(message) != 0;
            offsets[i] = header ? track.headerNs(message) - track.receivedNs(message) : 0;
        }
        return medianNs(offsets);
    }

    private static long medianNs(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    /**
     * Time without a sample of a source, or of one of its parts. Actions may pause: nobody sends any while the robot holds.
     * Actions that were sent and cannot be read are no pause, though.
     */
    private static String gap(List<AlignedField> fields, StampBounds bounds, long startNs, long endNs) {
        for (AlignedField field : fields) {
            for (SampleSeries part : field.parts()) {
                String gap = field.field().kind() == FeatureSpec.Kind.ACTION ? unusable(field, part, bounds, startNs, endNs)
                        : gap(field, part, bounds, startNs, endNs);
                if (gap != null) {
                    return gap;
                }
            }
        }
        return null;
    }

    private static String gap(AlignedField field, SampleSeries part, StampBounds bounds, long startNs, long endNs) {
        long boundNs = gapBoundNs(part, bounds);
        long[] stamps = part.stampsNs();
        for (int i = 1; i < stamps.length; i++) {
            long gapNs = Math.min(stamps[i], endNs) - Math.max(stamps[i - 1], startNs);
            if (gapNs > boundNs) {
                return String.format(Locale.ROOT, "topic %s: no usable message for %.3f s, %.1f s after the start, expected at most"
                        + " %.3f s (--max-gap)", field.about(part), gapNs / 1e9, (Math.max(stamps[i - 1], startNs) - startNs) / 1e9,
                        boundNs / 1e9);
            }
        }
        return null;
    }

    /** Time from the first message that cannot be used to the next that can, or to the episode's end. */
    private static String unusable(AlignedField field, SampleSeries part, StampBounds bounds, long startNs, long endNs) {
        long boundNs = gapBoundNs(part, bounds);
        long[] stamps = part.stampsNs();
        JournalIndex.Track track = field.track();
        for (int i = 0; i < stamps.length; i++) {
            boolean last = i + 1 == stamps.length;
            int bad = field.unusable(part.message(i), last ? track.count() : part.message(i + 1));
            if (bad < 0) {
                continue;
            }
            long fromNs = Math.max(startNs, stamps[i] + track.receivedNs(bad) - track.receivedNs(part.message(i)));
            long gapNs = (last ? endNs : Math.min(stamps[i + 1], endNs)) - fromNs;
            if (gapNs > boundNs) {
                return String.format(Locale.ROOT, "topic %s: messages that cannot be used for %.3f s, %.1f s after the start, expected at"
                        + " most %.3f s (--max-gap); of all, %s", field.about(part), gapNs / 1e9, (fromNs - startNs) / 1e9, boundNs / 1e9,
                        field.leftOut());
            }
        }
        return null;
    }

    /** The longest gap that a series may have. */
    static long gapBoundNs(SampleSeries part, StampBounds bounds) {
        long[] stamps = part.stampsNs();
        long[] steps = new long[Math.max(0, stamps.length - 1)];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = stamps[i + 1] - stamps[i];
        }
        return bounds.gapNs(medianNs(steps));
    }
}
