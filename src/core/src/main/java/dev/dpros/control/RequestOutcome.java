package dev.dpros.control;

/** What became of a tick's request for a chunk. */
public enum RequestOutcome {
    /** None was due. */ NONE,
    /** The sampler took it. */ ACCEPTED,
    /** The sampler was not free. */ REFUSED
}
