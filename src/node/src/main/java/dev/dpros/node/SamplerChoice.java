package dev.dpros.node;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which scheduler and how many denoising steps are used, changeable between two chunks by the service {@code
 * ~set_sampler}. Service threads write, the sampler thread reads; neither waits.
 */
final class SamplerChoice {
    private final PolicyConfig policy;
    private final InferenceOptions options;
    private volatile SchedulerConfig current;

    /** Begins with the options' choice. @throws InputException if it does not fit the policy */
    SamplerChoice(PolicyConfig policy, InferenceOptions options) {
        this.policy = policy;
        this.options = options;
        current = options.scheduler(policy.scheduler());
    }

    /** Offers {@code ~set_sampler}. */
    AutoCloseable offer(Transport transport) {
        return transport.advertiseService("~set_sampler", "diffusion_policy_msgs/SetSampler", request -> {
            try {
                set((String) request.get("scheduler"), ((Number) request.get("steps")).longValue());
                return Map.of("success", true, "message", describe());
            } catch (InputException e) {
                return Map.of("success", false, "message", e.getMessage());
            }
        });
    }

    /** From the next chunk on. @throws InputException if there is no such scheduler or it cannot take so many steps */
    synchronized void set(String scheduler, long steps) {
        List<String> names = Arrays.stream(SchedulerConfig.Type.values()).map(SamplerChoice::name).toList();
        if (!scheduler.isEmpty() && !names.contains(scheduler)) {
            throw new InputException("scheduler: expected one of " + names + ", found '" + scheduler + "'"
                    + NearestName.hint(scheduler, names));
        }
        SchedulerConfig.Type type = scheduler.isEmpty() ? current.type()
                : SchedulerConfig.Type.values()[names.indexOf(scheduler)];
        int count = steps == 0 ? current.inferenceSteps() : (int) Math.min(Integer.MAX_VALUE, steps);
        current = options.withSampling(type, count).scheduler(policy.scheduler());
    }

    /** What is in use from the next chunk on. */
    SchedulerConfig current() {
        return current;
    }

    /** Such as {@code ddim, 10 steps}. */
    String describe() {
        SchedulerConfig now = current;
        return name(now.type()) + ", " + now.inferenceSteps() + " steps";
    }

    private static String name(SchedulerConfig.Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /** The policy, following this choice; as confined to one thread as the policy itself. */
    ChunkPolicy follow(DiffusionPolicy followed) {
        return new ChunkPolicy() {
            private SchedulerConfig used;

            @Override
            public PolicyConfig config() {
                return followed.config();
            }

            @Override
            public void warmUp() {
                followed.warmUp();
            }

            @Override
            public Prediction predictAction(ObservationWindow window, Sampling sampling) {
                SchedulerConfig wanted = current;
                if (wanted != used) {
                    followed.useSampler(wanted.type(), wanted.inferenceSteps());
                    used = wanted;
                }
                return followed.predictAction(window, sampling);
            }

            @Override
            public void close() {
                followed.close();
            }
        };
    }
}
