package dev.dpros.export;

import dev.dpros.core.InputException;
import dev.dpros.inference.PolicySignature.Pictures;

/**
 * How a policy is offered to an inference server.
 *
 * @param model name under which it is served
 * @param maxBatch most requests that are computed together
 * @param delayUs how long a request waits for others, microseconds
 * @param pictures how pictures are sent
 * @param steps network evaluations of every request, or 0 for any number: DJL Serving cannot tell requests apart
 */
public record ExportOptions(String model, int maxBatch, int delayUs, Pictures pictures, int steps) {
    /** Most denoising steps that a server is made to take. */
    private static final int MOST_STEPS = 4000;

    /** @throws InputException naming the option, its value and what is allowed */
    public ExportOptions {
        if (!model.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")) {
            throw InputException.of("--name", "model", "letters, digits, '_', '-' and '.', beginning with none of the last two", model, "");
        }
        bounds("--max-batch", maxBatch, 1, 1024);
        bounds("--delay-us", delayUs, 0, 1_000_000);
        bounds("--steps", steps, 0, MOST_STEPS);
    }

    /** Up to eight robots together, none waiting for more than 2 ms; pictures of 8 bits; any number of steps. */
    public static ExportOptions of(String model) {
        return new ExportOptions(model, 8, 2000, Pictures.UINT8, 0);
    }

    /** The same, with pictures sent another way. */
    public ExportOptions with(Pictures others) {
        return new ExportOptions(model, maxBatch, delayUs, others, steps);
    }

    /** The same, with a number of network evaluations that every request has. */
    public ExportOptions withSteps(int newSteps) {
        return new ExportOptions(model, maxBatch, delayUs, pictures, newSteps);
    }

    private static void bounds(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw InputException.of(option, "number", least + " to " + most, String.valueOf(value), "");
        }
    }
}
