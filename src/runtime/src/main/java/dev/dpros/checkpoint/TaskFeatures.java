package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a frozen text tower makes of a task: its pooled output, computed once.
 *
 * @param text the task
 * @param pooled {@code [512]}, float32 and finite
 */
public record TaskFeatures(String text, TensorData pooled) {
    private static final int LONGEST = 1000;

    /** Features that were computed here. @throws InputException if one is not a finite number */
    public static TaskFeatures of(String text, float... pooled) {
        return new TaskFeatures(text, FloatTensors.finiteFloat32("task", text, TensorData.of(pooled, pooled.length)));
    }

    /** Reads a safetensors file of one tensor, whose name is the task's text. @throws InputException if it holds anything else */
    public static TaskFeatures read(Path file) {
        Map<String, TensorData> tensors = Safetensors.read(file);
        if (tensors.size() != 1) {
            throw InputException.of(file.toString(), "tensors", "one, with the task's text for a name", String.valueOf(tensors.size()), "");
        }
        String text = tensors.keySet().iterator().next();
        TensorData tensor = tensors.get(text);
        if (tensor.count() != DitConfig.TEXT || text.length() > LONGEST) {
            throw InputException.of(file.toString(), Quoted.tensor(text), DitConfig.TEXT + " values, the pooled output of CLIP's text tower",
                    "shape " + tensor.shape(), "");
        }
        TensorData values = FloatTensors.finiteFloat32(file.toString(), text, tensor).inMemory();
        return new TaskFeatures(text, new TensorData(values.dtype(), List.of((long) DitConfig.TEXT), values.content()));
    }

    /** Puts the text into a policy's config.json. @throws InputException if the policy has no use for it */
    void putText(ConfigNode config) {
        if (!MultiTaskDit.is(config)) {
            throw InputException.of(config.source(), "type", "a policy that is told its task (" + MultiTaskDit.TYPE + ")",
                    config.get("type").json().asText("nothing"), "leave --task-features out");
        }
        ((ObjectNode) config.json()).put("task", text);
    }
}
