package dev.dpros.export;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.inference.PolicySignature;
import java.util.List;
import java.util.Locale;

/** What lies beside an exported policy for whoever wants to ask it without this program. Stateless. */
final class ExportReadme {
    private ExportReadme() {}

    static String triton(PolicyDefinition policy, PolicySignature signature, ExportOptions options) {
        return head(policy, signature, options) + """

                Serve the folder above with Triton (the backend `pytorch`), ask by the Open Inference Protocol:

                    tritonserver --model-repository REPO
                    curl localhost:8000/v2/models/%1$s            # inputs and outputs
                    curl localhost:8000/v2/models/%1$s/config     # parameters.dpros.string_value is dpros.json
                    POST localhost:8000/v2/models/%1$s/infer

                Every tensor has the batch first, [B, ...]. All inputs are needed in every request. Requests of equal shapes may be
                computed together, up to %2$d, each waiting at most %3$d us for others; none of them changes another's result but by
                rounding.

                """.formatted(options.model(), options.maxBatch(), options.delayUs()) + tables(policy, signature, "[B, ");
    }

    static String djl(PolicyDefinition policy, PolicySignature signature, ExportOptions options) {
        return head(policy, signature, options) + """

                Serve this folder with DJL Serving, ask its own address with the tensors as an NDList, in the order below:

                    djl-serving -m %1$s=file://FOLDER
                    POST localhost:8080/predictions/%1$s    Content-Type: tensor/ndlist    Accept: tensor/ndlist

                One request is one trajectory: no tensor has a batch dimension; the server stacks up to %2$d requests. It fails all that
                it stacked if their shapes differ, so n is %3$d in every request: after your own steps fill `coefs` up with rows that
                leave the sample as it is (%4$s), `timesteps` with any of yours and `variance` with zeros.

                """.formatted(options.model(), options.maxBatch(), options.steps(),
                        policy.config().scheduler().type().flow() ? "1, 1, 1, 0, 0, 0, 0, 0" : "1, 1, 1e308, 0, 1, 0, 0, 0")
                + tables(policy, signature, "[");
    }

    private static String head(PolicyDefinition policy, PolicySignature signature, ExportOptions options) {
        PolicyConfig config = policy.config();
        return String.format(Locale.ROOT, "# %s%n%n"
                + "A diffusion policy: %d observations in, a trajectory of %d steps out, by one call. Written by `dpros export`.%n%n"
                + "Weights, normalizers and network: `%s` (SHA-256).%n", options.model(), config.nObsSteps(), config.denoisedSteps(), signature.hash());
    }

    private static String tables(PolicyDefinition policy, PolicySignature signature, String open) {
        StringBuilder text = new StringBuilder("| input | type | shape | what |\n|---|---|---|---|\n");
        PolicyConfig config = policy.config();
        for (int i = 0; i < signature.inputs().size(); i++) {
            PolicySignature.Tensor tensor = signature.inputs().get(i);
            row(text, tensor, open, i < config.inputs().size() ? "`" + config.inputs().get(i).key() + "`, oldest first; "
                    + (config.inputs().get(i).shape().size() == 1 ? "robot units, not normalised" : picture(tensor)) : meaning(tensor.name()));
        }
        text.append("\n| output | type | shape | what |\n|---|---|---|---|\n");
        row(text, signature.outputs().get(0), open, "normalised, the action's columns first; in robot units (x - offset) / scale with "
                + "`action` of dpros.json, whose `first_step` is the step of the newest observation");
        row(text, signature.outputs().get(1), open, "the hash above as big-endian integers: compare it, a server may have been given other weights");
        return text.append(scheduler(config.scheduler().predictionType())).toString();
    }

    private static String picture(PolicySignature.Tensor tensor) {
        return tensor.type() == PolicySignature.DataType.UINT8 ? "0 to 255" : "0 to 1";
    }

    private static void row(StringBuilder text, PolicySignature.Tensor tensor, String open, String what) {
        List<String> shape = tensor.shape().stream().map(size -> size == PolicySignature.ANY
                ? tensor.name().equals(PolicySignature.VARIANCE) ? "n or 1" : "n" : String.valueOf(size)).toList();
        text.append("| `").append(tensor.name()).append("` | ").append(tensor.type()).append(" | ").append(open)
                .append(String.join(", ", shape)).append("] | ").append(what).append(" |\n");
    }

    private static String meaning(String input) {
        return switch (input) {
            case PolicySignature.NOISE -> "standard normal, drawn by you: the same noise gives the same trajectory; for a warm start the chunk "
                    + "before, noised to the first timestep";
            case PolicySignature.VARIANCE -> "standard normal noise after each step; one step of zeros if the scheduler draws none";
            case PolicySignature.TIMESTEPS -> "training timestep (flow: time) of each step";
            case PolicySignature.COEFS -> "the scheduler, see below";
            case PolicySignature.TARGET -> "real-time chunking: the chunk before on this one's steps, normalised; zeros without";
            case PolicySignature.WEIGHTS -> "real-time chunking: 1 freezes a step to the target, 0 leaves it free; zeros without";
            default -> throw new IllegalArgumentException(input);
        };
    }

    private static String scheduler(PredictionType predicts) {
        if (predicts == PredictionType.VELOCITY) {
            return """

                    `coefs` of a step are rest, kept, first, closes, sixth, share, straight, summed. With x the sample (at first the noise) and y the
                    network's output: if first = 1, base = x and sum = 0; clean = rest y + kept x, or base + sixth (sum + y) if closes = 1;
                    clean += weight (target - clean); v = (clean - kept x) / rest; x = base + straight v + summed (sum + v), or clean if
                    closes = 1; sum += share v. Euler's method with step h: 1 - t, 1, 1, 0, 0, 1, h, 0 at time t.
                    """;
        }
        return """

                `coefs` of a step are a, b, clip, original, sample, epsilon, correction, fresh. With x the sample (at first the noise) and y
                the network's output: clean = %s, clipped to +-clip; clean += weight (target - clean); e = %s;
                x = original clean + sample x + epsilon e + correction (clean - clean before) + fresh variance.
                DDIM from cumulative alpha p to q: sqrt p, sqrt(1 - p), clip, sqrt q, 0, sqrt(1 - q), 0, 0.
                """.formatted(predicts == PredictionType.EPSILON ? "(x - b y) / a" : predicts == PredictionType.SAMPLE ? "y" : "a x - b y",
                        predicts == PredictionType.EPSILON ? "y" : predicts == PredictionType.SAMPLE ? "(x - a y) / b" : "a y + b x");
    }
}
