package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;

/**
 * Writes a denoising step by {@link dev.dpros.diffusion.NoiseScheduler#coefficients}, in the order of operations of the schedulers
 * themselves, so that it rounds as they do. Within the loop {@code x} is the sample and {@code k} the coefficients of the step,
 * {@code [B, 8, 1]}. Confined to one thread.
 */
abstract sealed class StepScript {
    final ScriptBody body;

    private StepScript(ScriptBody body) {
        this.body = body;
    }

    /** For a policy's network. */
    static StepScript of(PolicyConfig config, ScriptBody body) {
        PredictionType predicts = config.scheduler().predictionType();
        return predicts == PredictionType.VELOCITY ? new Flow(body) : new Denoising(body, predicts);
    }

    /** Adds what is carried from step to step, before the loop. */
    abstract void begin();

    /** Adds the estimate of the clean trajectory. @param output of the network @return its variable */
    abstract String estimate(String output);

    /** Adds what makes {@code x} the next sample. @param clean the estimate, perhaps changed @param fresh noise */
    abstract void advance(String clean, String output, String fresh);

    /** A coefficient, {@code [B, 1, 1]}. */
    final String k(int index) {
        return "torch.narrow(k, 1, " + index + ", 1)";
    }

    private static final class Denoising extends StepScript {
        private final PredictionType predicts;

        Denoising(ScriptBody body, PredictionType predicts) {
            super(body);
            this.predicts = predicts;
        }

        @Override
        void begin() {
            body.line("before = torch.zeros_like(x)");
        }

        @Override
        String estimate(String output) {
            String clean = switch (predicts) {
                case EPSILON -> body.let("torch.div(torch.sub(x, torch.mul(%s, %s)), %s)", k(1), output, k(0));
                case SAMPLE -> output;
                case V_PREDICTION -> body.let("torch.sub(torch.mul(%s, x), torch.mul(%s, %s))", k(0), k(1), output);
                case VELOCITY -> throw new IllegalStateException("a velocity is integrated");
            };
            return body.let("torch.minimum(torch.maximum(%1$s, torch.neg(%2$s)), %2$s)", clean, k(2));
        }

        @Override
        void advance(String clean, String output, String fresh) {
            String epsilon = switch (predicts) {
                case EPSILON -> output;
                case SAMPLE -> body.let("torch.div(torch.sub(x, torch.mul(%s, %s)), %s)", k(0), output, k(1));
                case V_PREDICTION -> body.let("torch.add(torch.mul(%s, %s), torch.mul(%s, x))", k(0), output, k(1));
                case VELOCITY -> throw new IllegalStateException("a velocity has no noise");
            };
            String next = body.let("torch.add(torch.mul(%s, %s), torch.mul(%s, x))", k(3), clean, k(4));
            next = body.let("torch.add(%s, torch.mul(%s, %s))", next, k(5), epsilon);
            next = body.let("torch.add(%s, torch.mul(%s, torch.sub(%s, before)))", next, k(6), clean);
            body.line("x = torch.add(%s, torch.mul(%s, %s))", next, k(7), fresh);
            body.line("before = %s", clean);
        }
    }

    private static final class Flow extends StepScript {
        Flow(ScriptBody body) {
            super(body);
        }

        @Override
        void begin() {
            body.line("base = x");
            body.line("total = torch.zeros_like(x)");
        }

        @Override
        String estimate(String output) {
            String first = body.let("torch.gt(%s, 0.5)", k(2));
            body.line("base = torch.where(%s, x, base)", first);
            body.line("total = torch.where(%s, torch.zeros_like(x), total)", first);
            String straight = body.let("torch.add(torch.mul(%s, %s), torch.mul(%s, x))", k(0), output, k(1));
            String whole = body.let("torch.add(base, torch.mul(%s, torch.add(total, %s)))", k(4), output);
            return body.let("torch.where(torch.gt(%s, 0.5), %s, %s)", k(3), whole, straight);
        }

        @Override
        void advance(String clean, String output, String fresh) {
            String velocity = body.let("torch.div(torch.sub(%s, torch.mul(%s, x)), %s)", clean, k(1), k(0));
            String ahead = body.let("torch.add(torch.mul(%1$s, %3$s), torch.mul(%2$s, torch.add(total, %3$s)))", k(6), k(7), velocity);
            body.line("x = torch.where(torch.gt(%s, 0.5), %s, torch.add(base, %s))", k(3), clean, ahead);
            body.line("total = torch.add(total, torch.mul(%s, %s))", k(5), velocity);
        }
    }
}
