package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CLIP's text tower and the tokenizer that belongs to it, for a policy that is told its task: the tower's weights as they lie in the
 * policy itself, or in a folder of CLIP. Executes nothing that a file contains. Immutable.
 *
 * @param tensors by transformers' names, without {@code text_model.}; float32 and finite
 * @param layers of its encoder
 * @param longest tokens of a text, its begin and end included
 * @param clip the folder of the tokenizer
 * @param source where the tensors are from, for messages
 */
public record TextTower(Map<String, TensorData> tensors, int layers, int longest, Path clip, String source) {
    private static final String TOKENS = "embeddings.token_embedding.weight";
    private static final String POSITIONS = "embeddings.position_embedding.weight";
    private static final int MOST_LAYERS = 64;
    private static final int MOST_POSITIONS = 4096;
    private static final long WIDTH = DitConfig.TEXT;

    /** Copies the map. */
    public TextTower {
        tensors = Map.copyOf(tensors);
    }

    /**
     * Finds and checks it.
     *
     * @param policy a policy that is told its task, or the checkpoint or run around one
     * @param folder of CLIP, or null for where transformers keeps it on this machine
     * @throws InputException in one line, if the policy is told no task, or the tower is nowhere or damaged
     */
    public static TextTower read(Path policy, Path folder) {
        Path directory = PolicyLocation.of(policy).path();
        if (!Files.isDirectory(directory)) {
            throw InputException.of(policy.toString(), "source", "a policy that is told its task", "a file", "leave --task out");
        }
        ConfigNode config = StrictJson.read(directory.resolve(LeRobotDirectory.CONFIG));
        if (!MultiTaskDit.is(config)) {
            throw InputException.of(config.source(), "type", "a policy that is told its task (" + MultiTaskDit.TYPE + ")",
                    Quoted.of(config.get("type").json().asText("nothing")), "leave --task out");
        }
        config.get("tokenizer_padding_side").choice(Map.of("right", true), true);
        config.get("text_encoder_name").choice(MultiTaskDit.TOWERS, MultiTaskDit.TOWERS.get(MultiTaskDit.USUAL_TOWER));
        String repository = config.get("text_encoder_name").text(MultiTaskDit.USUAL_TOWER);
        Path clip = folder != null ? folder : HubPaths.repository(repository);
        Path own = directory.resolve(LeRobotDirectory.MODEL);
        Map<String, TensorData> tower = named(own, MultiTaskDit.TEXT_TOWER);
        Path model = clip.resolve(LeRobotDirectory.MODEL);
        boolean within = tower.containsKey(TOKENS);
        if (!within && !Files.isRegularFile(model)) {
            throw InputException.of(own.toString(), "text tower", "its tensors, or the file " + model, "neither",
                    "give the folder of " + repository + " with --clip DIR");
        }
        String source = (within ? own : model).toString();
        return checked(within ? tower : named(model, ""), config.get("tokenizer_max_length").integer(77), clip, source);
    }

    /** A file's tensors of the tower. @param prefix before {@code text_model.}, which releases of transformers have or have not */
    private static Map<String, TensorData> named(Path file, String prefix) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        Safetensors.read(file).forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                String own = name.substring(prefix.length());
                tensors.put(own.startsWith("text_model.") ? own.substring("text_model.".length()) : own, tensor);
            }
        });
        return tensors;
    }

    private static TextTower checked(Map<String, TensorData> found, int wanted, Path clip, String source) {
        int layers = 0;
        while (layers <= MOST_LAYERS && found.containsKey("encoder.layers." + layers + ".layer_norm1.weight")) {
            layers++;
        }
        if (layers == 0 || layers > MOST_LAYERS) {
            throw InputException.of(source, "text tower", "1 to " + MOST_LAYERS + " layers", layers == 0 ? "none" : "more", "");
        }
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        shapes(layers).forEach((name, shape) -> tensors.put(name, FloatTensors.finiteFloat32(source, name, shaped(found, name, shape, source))));
        for (String table : List.of(TOKENS, POSITIONS)) {
            TensorData tensor = found.get(table);
            long rows = tensor == null || tensor.shape().size() != 2 ? 0 : tensor.shape().get(0);
            tensors.put(table, FloatTensors.finiteFloat32(source, table, shaped(found, table, List.of(Math.max(1, rows), WIDTH), source)));
        }
        long positions = tensors.get(POSITIONS).shape().get(0);
        if (positions < 2 || positions > MOST_POSITIONS || wanted < 2 || wanted > positions) {
            throw InputException.of(source, Quoted.tensor(POSITIONS), "a position for each of " + wanted + " tokens", positions + "", "");
        }
        return new TextTower(tensors, layers, wanted, clip, source);
    }

    private static TensorData shaped(Map<String, TensorData> found, String name, List<Long> shape, String source) {
        TensorData tensor = found.get(name);
        if (tensor == null || !tensor.shape().equals(shape)) {
            throw InputException.of(source, Quoted.tensor(name), "shape " + shape, tensor == null ? "no such tensor" : tensor.shape().toString(),
                    "this is no text tower of CLIP ViT-B");
        }
        return tensor;
    }

    static Map<String, List<Long>> shapes(int layers) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (int i = 0; i < layers; i++) {
            String layer = "encoder.layers." + i + ".";
            for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                layer(shapes, layer + "self_attn." + part, WIDTH, WIDTH);
            }
            layer(shapes, layer + "layer_norm1", WIDTH);
            layer(shapes, layer + "layer_norm2", WIDTH);
            layer(shapes, layer + "mlp.fc1", 4 * WIDTH, WIDTH);
            layer(shapes, layer + "mlp.fc2", WIDTH, 4 * WIDTH);
        }
        layer(shapes, "final_layer_norm", WIDTH);
        return shapes;
    }

    private static void layer(Map<String, List<Long>> shapes, String name, Long... weight) {
        shapes.put(name + ".weight", List.of(weight));
        shapes.put(name + ".bias", List.of(weight[0]));
    }

    /**
     * The folder's tokenizer, checked, as tokenizer.json.
     *
     * @throws InputException if it is missing or damaged
     */
    public String tokenizer() {
        return ClipTokenizer.read(clip).description();
    }
}
