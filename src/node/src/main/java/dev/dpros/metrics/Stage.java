package dev.dpros.metrics;

/** The durations that are measured, in the order in which they happen between photon and command. */
public enum Stage {
    /** How old the newest sample used was when the sampler took it. */
    SOURCE_AGE("dpros.source.age", "source", "Age of the newest sample of a source when the sampler uses it"),
    /** From a camera message's arrival to its prepared image. */
    PREPARATION("dpros.camera.preparation", "source", "From the arrival of an image to the policy's float image"),
    /** One pass of the image encoder and conditioning. */
    ENCODE("dpros.inference.encode", null, "One pass of the observation encoder"),
    /** One evaluation of the denoising network, scheduler step included. */
    DENOISING_STEP("dpros.inference.step", null, "One denoising step"),
    /** From request to finished chunk. */
    INFERENCE("dpros.inference", null, "From the request for a chunk to the finished chunk"),
    /** How old a chunk's observation is when the loop accepts it. */
    CHUNK_AGE("dpros.chunk.age", null, "Age of the observation behind a chunk when the control loop accepts it"),
    /** How late a control tick began. */
    TICK_LATENESS("dpros.tick.lateness", null, "How late a control tick began after its deadline"),
    /** How long a control tick took. */
    TICK_DURATION("dpros.tick.duration", null, "How long a control tick took, publishing included"),
    /** How long handing a command to the transport took. */
    PUBLISH("dpros.publish", null, "How long handing a command to the transport took"),
    /** From the stamp of the observation to the first command made from it. */
    END_TO_END("dpros.end.to.end", null, "From the stamp of the newest observation to the first command made from it");

    private final String metricName;
    private final String tagKey;
    private final String description;

    Stage(String metricName, String tagKey, String description) {
        this.metricName = metricName;
        this.tagKey = tagKey;
        this.description = description;
    }

    /** Micrometer's name; Prometheus adds {@code _seconds}. */
    public String metricName() {
        return metricName;
    }

    /** The tag that tells instances apart, or null if there is one only. */
    public String tagKey() {
        return tagKey;
    }

    /** Help text. */
    public String description() {
        return description;
    }

    /** Short name for tables, the live page and the {@code stage} tag: {@code tick_lateness}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
