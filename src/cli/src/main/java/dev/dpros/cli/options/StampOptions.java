package dev.dpros.cli.options;

import dev.dpros.core.InputException;
import dev.dpros.datasets.StampBounds;
import picocli.CommandLine.Option;

/** How far the stamps of recorded episodes may be off: a mixin. */
public final class StampOptions {
    private static final double MOST_S = 1e6;

    @Option(names = "--max-gap", paramLabel = "S",
            description = "Longest time without a message of an observation (default 0.5, or 5 periods of a slower source).")
    private Double maxGapS;

    @Option(names = "--max-offset", paramLabel = "S", defaultValue = "0.5",
            description = "Most by which the clock of one source's stamps may differ from the others' (default 0.5).")
    private double maxOffsetS;

    /** The bounds. @throws InputException if one is no time */
    public StampBounds bounds() {
        return new StampBounds(maxGapS == null ? 0 : ns("--max-gap", maxGapS), ns("--max-offset", maxOffsetS));
    }

    private static long ns(String option, double seconds) {
        if (!(seconds > 0 && seconds <= MOST_S)) {
            throw InputException.of(option, "time", "more than 0 and at most 1000000 s", Double.toString(seconds), "");
        }
        return Math.round(seconds * 1e9);
    }
}
