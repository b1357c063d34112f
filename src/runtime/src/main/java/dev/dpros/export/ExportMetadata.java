package dev.dpros.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.PolicySignature;
import java.util.Arrays;
import java.util.Locale;

/** What a robot may want to know of an exported policy, as one JSON object of ASCII characters. Stateless. */
final class ExportMetadata {
    /** File that holds it, and the name of the parameter in a model's configuration. */
    static final String FILE = "dpros.json";
    private static final int FORMAT = 1;
    private static final JsonMapper MAPPER = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private ExportMetadata() {}

    static String of(PolicyDefinition policy, PolicySignature signature, ExportOptions options) {
        PolicyConfig config = policy.config();
        SchedulerConfig scheduler = config.scheduler();
        ObjectNode json = MAPPER.createObjectNode();
        json.put("format", FORMAT).put("policy", signature.hash()).put("precision", "float32");
        json.put("n_obs_steps", config.nObsSteps()).put("horizon", config.horizon()).put("n_action_steps", config.nActionSteps());
        json.put("denoised_steps", config.denoisedSteps()).put("denoised_width", config.denoisedWidth());
        inputs(json.putArray("inputs"), config, signature);
        action(json.putObject("action"), policy);
        json.put("prediction", lower(scheduler.predictionType()));
        ArrayNode family = json.putArray("schedulers");
        Arrays.stream(SchedulerConfig.Type.values()).filter(type -> type.flow() == scheduler.type().flow()).forEach(type -> family.add(lower(type)));
        json.put("scheduler", lower(scheduler.type())).put("steps", scheduler.inferenceSteps());
        json.put("fixed_steps", options.steps()).put("max_batch_size", options.maxBatch());
        try {
            return MAPPER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void inputs(ArrayNode inputs, PolicyConfig config, PolicySignature signature) {
        for (int f = 0; f < config.inputs().size(); f++) {
            ObjectNode input = inputs.addObject().put("name", signature.inputs().get(f).name()).put("key", config.inputs().get(f).key())
                    .put("kind", lower(config.inputs().get(f).kind())).put("datatype", signature.inputs().get(f).type().name());
            ArrayNode shape = input.putArray("shape");
            config.inputs().get(f).shape().forEach(shape::add);
        }
    }

    /** The action, and how a normalised one becomes one in robot units: (x - offset) / scale. */
    private static void action(ObjectNode action, PolicyDefinition policy) {
        PolicyConfig config = policy.config();
        Normalizer normalizer = policy.normalizers().getOrDefault(config.action().key(), Normalizer.identity(config.action().size()));
        action.put("key", config.action().key()).put("size", config.action().size()).put("first_step", config.presentStep());
        ArrayNode scale = action.putArray("scale");
        Arrays.stream(normalizer.scale()).forEach(scale::add);
        ArrayNode offset = action.putArray("offset");
        Arrays.stream(normalizer.offset()).forEach(offset::add);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
