package dev.dpros.inference.torchscript;

import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/**
 * Writes a policy as a module whose {@code forward} draws whole chunks: observations in, normalised trajectory out, with encoders,
 * all denoising steps and the tie to the previous chunk between. The schedulers' arithmetic is in double, as the denoising loop's
 * in this process; every trajectory of a batch has its own observations, noise, steps and tie.
 */
public final class ServedScript {
    private static final int INT = 3;
    private static final int FLOAT = 6;
    private static final int DOUBLE = 7;

    private final PolicyDefinition policy;
    private final PolicyConfig config;
    private final ScriptModule module;
    private final ScriptBody body = new ScriptBody();

    private ServedScript(PolicyDefinition policy) {
        this.policy = policy;
        this.config = policy.config();
        module = PolicyScript.of(policy, List.of(ConvVariant.CONV1D), false, ResizeFilter.AUTO);
    }

    /**
     * Builds the module.
     *
     * @param arguments names of forward's inputs: a tensor per feature; noise {@code [B, T, W]}, noise of the steps
     *     {@code [B, n or 1, T, W]}, timesteps {@code [B, n]}, coefficients {@code [B, n, 8]} (double), target {@code [B, T, A]},
     *     weights {@code [B, T]} (double)
     * @param bytes whether pictures are bytes
     * @param task values of the conditioning vector that are the task's
     * @param hash what forward returns beside the trajectory, for each of the batch
     * @throws dev.dpros.core.InputException if the weights do not fit the configuration
     */
    public static ScriptModule of(PolicyDefinition policy, List<String> arguments, boolean bytes, float[] task, int[] hash) {
        ServedScript script = new ServedScript(policy);
        script.forward(arguments, bytes, task, hash);
        return script.module;
    }

    private void forward(List<String> arguments, boolean bytes, float[] task, int[] hash) {
        int features = config.inputs().size();
        Wire wire = new Wire(arguments.subList(features, arguments.size()));
        String seen = observations(arguments, bytes, task, wire.noise());
        String flat = body.let("torch.reshape(%s, [-1, %d])", seen, config.globalConditioning());
        String condition = body.let("(self).condition(%s)", flat);
        String sample = loop(wire, condition, config.conditionedBy(Conditioning.INPAINTING) ? inpainted(seen) : null);
        String who = body.let("torch.repeat(%s, [torch.size(%s, 0), 1])", tensor(Arrays.stream(hash).mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", "[[", "]]")), INT, wire.noise()), wire.noise());
        body.result("(" + sample + ", " + who + ")");
        module.method("forward(" + arguments.stream().map(name -> name + ": Tensor").collect(Collectors.joining(", "))
                + ") -> Tuple[Tensor, Tensor]", body);
    }

    /** The arguments after the observations. */
    private record Wire(String noise, String variance, String timesteps, String coefs, String target, String weights) {
        Wire(List<String> names) {
            this(names.get(0), names.get(1), names.get(2), names.get(3), names.get(4), names.get(5));
        }
    }

    /** {@code [B, To, D]}, as the conditioning encoder makes it in this process. */
    private String observations(List<String> arguments, boolean bytes, float[] task, String noise) {
        List<String> parts = new ArrayList<>();
        int camera = 0;
        for (int f = 0; f < config.inputs().size(); f++) {
            FeatureSpec input = config.inputs().get(f);
            parts.add(input.kind() == FeatureSpec.Kind.VISUAL ? picture(arguments.get(f), input, camera++, bytes, noise)
                    : vector(arguments.get(f), input));
        }
        if (task.length > 0) {
            String values = module.parameter("task", ScriptTensor.of(TensorData.of(task, 1, 1, task.length)));
            parts.add(body.let("torch.expand(%s, [torch.size(%s, 0), %d, -1])", values, noise, config.nObsSteps()));
        }
        return parts.size() == 1 ? parts.get(0) : body.let("torch.cat([%s], 2)", String.join(", ", parts));
    }

    private String picture(String name, FeatureSpec input, int camera, boolean bytes, String noise) {
        List<Integer> shape = input.shape();
        String images = body.let("torch.reshape(%s, [-1, %d, %d, %d])", name, shape.get(0), shape.get(1), shape.get(2));
        if (bytes) {
            images = body.let("torch.div(torch.to(%s, %d), 255.)", images, FLOAT);
        }
        String features = body.let("(self).%s%d(%s)", PolicyScript.ENCODE, camera, images);
        return body.let("torch.reshape(%s, [torch.size(%s, 0), %d, -1])", features, noise, config.nObsSteps());
    }

    /** As {@link Normalizer#normalize}: in double, what counts as a constant taken for it. */
    private String vector(String name, FeatureSpec input) {
        Normalizer normalizer = policy.normalizers().get(input.key());
        if (normalizer == null || normalizer.isIdentity()) {
            return name;
        }
        String value = body.let("torch.to(%s, %d)", name, DOUBLE);
        if (!Arrays.stream(normalizer.constant()).allMatch(Double::isNaN)) {
            String constants = doubles(normalizer.constant(), constant -> Double.isNaN(constant) ? 0 : constant, name);
            String tolerances = doubles(normalizer.constant(),
                    constant -> Double.isNaN(constant) ? -1 : ConstantElements.tolerance(constant), name);
            String same = body.let("torch.le(torch.abs(torch.sub(%s, %s)), %s)", value, constants, tolerances);
            value = body.let("torch.where(%s, %s, %s)", same, constants, value);
        }
        String scaled = body.let("torch.mul(%s, %s)", value, doubles(normalizer.scale(), DoubleUnaryOperator.identity(), name));
        String moved = body.let("torch.add(%s, %s)", scaled, doubles(normalizer.offset(), DoubleUnaryOperator.identity(), name));
        return body.let("torch.to(%s, %d)", moved, FLOAT);
    }

    private String doubles(double[] values, DoubleUnaryOperator of, String beside) {
        return tensor(Arrays.stream(values).map(of).mapToObj(value -> String.valueOf(value).replace('E', 'e'))
                .collect(Collectors.joining(", ", "[", "]")), DOUBLE, beside);
    }

    /** A tensor of literals on the device of another. */
    private String tensor(String literals, int type, String beside) {
        return body.let("torch.tensor(%s, dtype=%d, device=ops.prim.device(%s))", literals, type, beside);
    }

    /** What was observed and where, for {@link #loop}. */
    private record Observed(String mask, String values) {}

    private Observed inpainted(String seen) {
        int width = config.denoisedWidth();
        int actions = config.action().size();
        float[] where = new float[config.denoisedSteps() * width];
        for (int i = 0; i < config.nObsSteps() * width; i++) {
            where[i] = i % width < actions ? 0 : 1;
        }
        String mask = module.parameter("observed", ScriptTensor.of(TensorData.of(where, config.denoisedSteps(), width)));
        String values = body.let("torch.to(torch.constant_pad_nd(%s, [%d, 0, 0, %d]), %d)", seen, actions,
                config.denoisedSteps() - config.nObsSteps(), DOUBLE);
        return new Observed(body.let("torch.gt(%s, 0.5)", mask), values);
    }

    private String loop(Wire wire, String condition, Observed observed) {
        String table = table(wire);
        body.line("x = torch.to(%s, %d)", wire.noise(), DOUBLE);
        String target = body.let("torch.to(%s, %d)", wire.target(), DOUBLE);
        String weights = body.let("torch.unsqueeze(%s, 2)", wire.weights());
        StepScript step = StepScript.of(config, body);
        step.begin();
        body.loop("i", body.let("torch.size(%s, 1)", wire.timesteps()));
        if (observed != null) {
            body.line("x = torch.where(%s, %s, x)", observed.mask(), observed.values());
        }
        body.line("k = torch.unsqueeze(torch.select(%s, 1, i), 2)", wire.coefs());
        // contiguous as in this process: a convolution sums in another order where its input lies otherwise
        String output = body.let("torch.to((self).%s(torch.contiguous(torch.to(x, %d)), %s, %s, i), %d)", ConvVariant.CONV1D.method(), FLOAT,
                condition, table, DOUBLE);
        String clean = pulled(step.estimate(output), target, weights);
        String fresh = body.let("torch.select(%1$s, 1, torch.remainder(i, torch.size(%1$s, 1)))", wire.variance());
        step.advance(clean, output, fresh);
        body.endLoop();
        return observed == null ? "x" : body.let("torch.where(%s, %s, x)", observed.mask(), observed.values());
    }

    /** {@code [n, B, 1, F]}: each trajectory's timesteps embedded by themselves, as in this process, whoever else is in the batch. */
    private String table(Wire wire) {
        String rows = body.let("annotate(List[Tensor], [])");
        body.loop("b", body.let("torch.size(%s, 0)", wire.timesteps()));
        body.let("torch.append(%s, (self).embed(torch.select(%s, 0, b)))", rows, wire.timesteps());
        body.endLoop();
        return body.let("torch.stack(%s, 1)", rows);
    }

    /** The action's columns tied. */
    private String pulled(String clean, String target, String weights) {
        int actions = config.action().size();
        int others = config.denoisedWidth() - actions;
        String own = others == 0 ? clean : body.let("torch.narrow(%s, 2, 0, %d)", clean, actions);
        String tied = body.let("torch.add(%1$s, torch.mul(%3$s, torch.sub(%2$s, %1$s)))", own, target, weights);
        return others == 0 ? tied : body.let("torch.cat([%s, torch.narrow(%s, 2, %d, %d)], 2)", tied, clean, actions, others);
    }
}
