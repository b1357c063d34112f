package dev.dpros.cli.options;

import dev.dpros.config.ConfigReader;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.SamplerSection;
import dev.dpros.config.SamplerSection.Scheduler;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.SchedulerConfig.Spacing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options by which a command line chooses how chunks are sampled; unset ones leave the configuration as it is. */
public final class SamplingOptions {
    @Option(names = "--scheduler", paramLabel = "NAME",
            description = "noise scheduler: ddpm, ddim, dpm_solver_pp; euler, rk4 for flow matching; or policy for the checkpoint's own")
    private Scheduler scheduler;

    @Option(names = "--steps", paramLabel = "N", description = "denoising steps (default: the policy's own)")
    private Integer steps;

    @Option(names = "--spacing", paramLabel = "NAME",
            description = "which timesteps the steps visit: diffusers (as that library does) or log_snr (for few steps)")
    private Spacing spacing;

    @Option(names = "--threads", paramLabel = "N", description = "intra-op threads of the network (default: 1)")
    private Integer threads;

    @Option(names = "--device", paramLabel = "NAME", description = "cpu, cuda or cuda:N (default: cpu)")
    private String device;

    @Option(names = "--precision", paramLabel = "NAME",
            description = "of the network: float32 (default), bfloat16, int8, or auto for what was decided for the policy")
    private Precision precision;

    @Option(names = "--noise-seed", paramLabel = "N", description = "seed of the sampling noise (default: 0)")
    private Long seed;

    /** Puts the chosen options into a layer of the configuration. */
    public OptionLayer into(OptionLayer layer) {
        return layer.putIfGiven("--scheduler", scheduler == null ? null : scheduler.name().toLowerCase(Locale.ROOT), "sampler", "scheduler")
                .putIfGiven("--steps", steps, "sampler", "steps")
                .putIfGiven("--spacing", spacing == null ? null : spacing.name().toLowerCase(Locale.ROOT), "sampler", "spacing")
                .putIfGiven("--device", device, "sampler", "device")
                .putIfGiven("--precision", precision == null ? null : precision.word(), "sampler", "precision")
                .putIfGiven("--threads", threads, "sampler", "threads")
                .putIfGiven("--noise-seed", seed, "sampler", "seed");
    }

    /** The chosen options on top of the defaults. @throws dev.dpros.core.InputException if a value is out of bounds */
    public SamplerSection asSection() {
        return ConfigReader.sampler(into(new OptionLayer()).layer());
    }

    /** The chosen options as arguments of another command. */
    public List<String> asArguments() {
        List<String> arguments = new ArrayList<>();
        add(arguments, "--scheduler", scheduler == null ? null : scheduler.name().toLowerCase(Locale.ROOT));
        add(arguments, "--steps", steps);
        add(arguments, "--spacing", spacing == null ? null : spacing.name().toLowerCase(Locale.ROOT));
        add(arguments, "--device", device);
        add(arguments, "--precision", precision == null ? null : precision.word());
        add(arguments, "--threads", threads);
        add(arguments, "--noise-seed", seed);
        return arguments;
    }

    private static void add(List<String> arguments, String option, Object value) {
        if (value != null) {
            arguments.add(option);
            arguments.add(value.toString());
        }
    }
}
