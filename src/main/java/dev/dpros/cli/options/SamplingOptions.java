package dev.dpros.cli.options;

import dev.dpros.config.SamplerSection;
import dev.dpros.config.SamplerSection.Scheduler;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.SchedulerConfig.Spacing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options by which a command line chooses how chunks are sampled; unset ones leave the configuration as it is. */
public final class SamplingOptions {
    @Option(names = "--scheduler", paramLabel = "NAME",
            description = "noise scheduler: ddpm, ddim, dpm_solver_pp, or policy for the checkpoint's own")
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

    @Option(names = "--noise-seed", paramLabel = "N", description = "seed of the sampling noise (default: 0)")
    private Long seed;

    /** The chosen options as a configuration layer. */
    public Map<String, Object> asLayer() {
        Map<String, Object> sampler = new LinkedHashMap<>();
        put(sampler, "scheduler", scheduler == null ? null : scheduler.name().toLowerCase());
        put(sampler, "steps", steps);
        put(sampler, "spacing", spacing == null ? null : spacing.name().toLowerCase());
        put(sampler, "device", device);
        put(sampler, "threads", threads);
        put(sampler, "seed", seed);
        return sampler.isEmpty() ? Map.of() : Map.of("sampler", sampler);
    }

    /** The chosen options on top of the defaults. @throws InputException if a value is out of bounds */
    public SamplerSection asSection() {
        try {
            SamplerSection section = new SamplerSection(scheduler == null ? Scheduler.POLICY : scheduler, steps == null ? 0 : steps,
                    spacing == null ? Spacing.DIFFUSERS : spacing, threads == null ? 1 : threads, seed == null ? 0 : seed);
            return device == null ? section : section.withDevice(device);
        } catch (IllegalArgumentException e) {
            throw new InputException("--" + e.getMessage(), e);
        }
    }

    /** The chosen options as arguments of another command. */
    public List<String> asArguments() {
        List<String> arguments = new ArrayList<>();
        add(arguments, "--scheduler", scheduler == null ? null : scheduler.name().toLowerCase());
        add(arguments, "--steps", steps);
        add(arguments, "--spacing", spacing == null ? null : spacing.name().toLowerCase());
        add(arguments, "--device", device);
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

    private static void put(Map<String, Object> map, String key, Object value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
