package dev.dpros.node.outputs;

import dev.dpros.core.SourceHealth;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.observation.ObservationInput;
import dev.dpros.observation.SourceStatistics;
import dev.dpros.safety.CauseText;
import java.util.List;
import java.util.function.Function;

/**
 * Finds out, off the hot path, why a source does not deliver: a publisher of another type, a field or names (joints)
 * that its messages do not have, an image of another size. One thread; allocates.
 */
public final class SourceCheck {
    private final String key;
    private final String topic;
    private final ObservationInput input;
    private final Subscription subscription;
    private final Function<SourceStatistics.Rejection, String> explanation;
    private long rejectedBefore;
    private String problem;

    /**
     * Checks one source.
     *
     * @param key the policy's input
     * @param topic resolved as in the configuration
     * @param explanation what was expected and found in messages rejected for a reason, or null if there is no more to say
     */
    public SourceCheck(String key, String topic, ObservationInput input, Subscription subscription,
            Function<SourceStatistics.Rejection, String> explanation) {
        this.key = key;
        this.topic = topic;
        this.input = input;
        this.subscription = subscription;
        this.explanation = explanation;
    }

    /** The policy's input. */
    public String key() {
        return key;
    }

    /** The topic. */
    public String topic() {
        return topic;
    }

    /** For its age and content. */
    public SourceHealth health() {
        return input.health();
    }

    /** For its counts. */
    public SourceStatistics statistics() {
        return input.statistics();
    }

    /** For its counts. */
    public Subscription subscription() {
        return subscription;
    }

    /**
     * Looks again. Messages on the topic that have none of our names are somebody else's and no problem as long as each name
     * comes with some message.
     *
     * @return one line that names topic, what was expected and found; null if all is well
     */
    public String look() {
        List<String> refusals = subscription.refusals();
        long rejected = input.statistics().rejected();
        boolean delivers = subscription.publishers() > 0;
        String missing = CauseText.missing(input.health());
        if (!delivers && !refusals.isEmpty()) {
            String refusal = refusals.get(refusals.size() - 1);
            problem = "topic " + topic + ": publisher refused: " + refusal;
        } else if (delivers && rejected > rejectedBefore) {
            SourceStatistics.Rejection reason = input.statistics().lastRejection();
            String explained = explanation.apply(reason);
            problem = "topic " + topic + ": " + (explained != null ? explained : reason.text());
        } else if (delivers && !missing.isEmpty()) {
            problem = "topic " + topic + ": " + missing;
        } else {
            problem = null;
        }
        rejectedBefore = rejected;
        return problem;
    }

    /** What {@link #look} found last. */
    public String problem() {
        return problem;
    }
}
