package dev.dpros.datasets;

import java.util.Arrays;

/** Samples of one source, or of one of its named parts (a joint), by stamp: which message holds each. One thread. */
final class SampleSeries {
    private final String name;
    private long[] stampsNs;
    private int[] messages;

    /**
     * Sorts samples by stamp; of several with one stamp the first stays.
     *
     * @param name of the part, or empty for whole messages
     * @param messages index of the message of each sample, in order of arrival
     * @param stampsNs their stamps
     */
    SampleSeries(String name, int[] messages, long[] stampsNs) {
        this.name = name;
        Integer[] byStamp = new Integer[messages.length];
        Arrays.setAll(byStamp, i -> i);
        Arrays.sort(byStamp, (a, b) -> Long.compare(stampsNs[a], stampsNs[b]));
        this.stampsNs = new long[messages.length];
        this.messages = new int[messages.length];
        int count = 0;
        for (int i : byStamp) {
            if (count == 0 || this.stampsNs[count - 1] != stampsNs[i]) {
                this.stampsNs[count] = stampsNs[i];
                this.messages[count++] = messages[i];
            }
        }
        this.stampsNs = Arrays.copyOf(this.stampsNs, count);
        this.messages = Arrays.copyOf(this.messages, count);
    }

    /** Name of the part, or empty. */
    String name() {
        return name;
    }

    int size() {
        return stampsNs.length;
    }

    /** Stamps, in order. */
    long[] stampsNs() {
        return stampsNs;
    }

    /** The message of a sample. */
    int message(int sample) {
        return messages[sample];
    }

    long firstNs() {
        return stampsNs[0];
    }

    long lastNs() {
        return stampsNs[stampsNs.length - 1];
    }

    /** Index of the last sample at or before a stamp, 0 if all are later. */
    int previous(long stampNs) {
        int at = Arrays.binarySearch(stampsNs, stampNs);
        return at >= 0 ? at : Math.max(0, -at - 2);
    }

    /** Index of the sample that stands for a stamp where nothing is interpolated. */
    int chosen(long stampNs, DatasetLayout.Align align) {
        int previous = previous(stampNs);
        boolean nearest = align == DatasetLayout.Align.NEAREST && previous + 1 < stampsNs.length;
        return nearest && stampsNs[previous + 1] - stampNs < stampNs - stampsNs[previous] ? previous + 1 : previous;
    }

    /** Leaves a sample out. */
    void remove(int sample) {
        System.arraycopy(stampsNs, sample + 1, stampsNs, sample, stampsNs.length - sample - 1);
        System.arraycopy(messages, sample + 1, messages, sample, messages.length - sample - 1);
        stampsNs = Arrays.copyOf(stampsNs, stampsNs.length - 1);
        messages = Arrays.copyOf(messages, messages.length - 1);
    }
}
