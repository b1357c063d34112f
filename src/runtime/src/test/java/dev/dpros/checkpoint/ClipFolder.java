package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small CLIP of the reference case clip_text: its tokenizer's files, its text tower, and a policy that is told its task. */
final class ClipFolder {
    private ClipFolder() {}

    static JsonNode reference() throws IOException {
        try (InputStream in = ClipFolder.class.getResourceAsStream("/reference/clip_text.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    /** GPT-2's characters for bytes, alone and at a word's end, then what is merged, then begin and end. */
    static Map<String, Integer> vocabulary(List<String> merges) {
        List<String> tokens = new ArrayList<>();
        for (int c = 33; c < 256; c++) {
            if (c < 127 || c > 160 && c != 173) {
                tokens.add(String.valueOf((char) c));
            }
        }
        for (int n = 0; tokens.size() < 256; n++) {
            tokens.add(String.valueOf((char) (256 + n)));
        }
        List.copyOf(tokens).forEach(token -> tokens.add(token + "</w>"));
        merges.stream().map(pair -> pair.replace(" ", "")).filter(token -> !tokens.contains(token)).forEach(tokens::add);
        tokens.add("<|startoftext|>");
        tokens.add("<|endoftext|>");
        Map<String, Integer> numbers = new LinkedHashMap<>();
        tokens.forEach(token -> numbers.put(token, numbers.size()));
        return numbers;
    }

    static List<String> merges() throws IOException {
        List<String> merges = new ArrayList<>();
        reference().get("merges").forEach(pair -> merges.add(pair.asText()));
        return merges;
    }

    static Path tokenizer(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("vocab.json"), new ObjectMapper().writeValueAsString(vocabulary(merges())));
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + String.join("\n", merges()) + "\n");
        return folder;
    }

    /** The tower's tensors, their names with a prefix. */
    static Map<String, TensorData> tower(String prefix) throws IOException {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("embeddings.token_embedding.weight", List.of((long) vocabulary(merges()).size(), 512L));
        shapes.put("embeddings.position_embedding.weight", List.of(reference().get("positions").asLong(), 512L));
        shapes.putAll(TextTower.shapes(reference().get("layers").asInt()));
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> tensors.put(prefix + name, Procedural.weight(name, shape)));
        return tensors;
    }

    /** A policy that is told its task, without a text tower, as long as its tensors are not completed. */
    static TinyPolicy policy() throws IOException {
        TinyPolicy tiny = new TinyPolicy();
        tiny.config.put("type", "multi_task_dit").put("hidden_dim", 16).put("num_layers", 1).put("num_heads", 2).put("timestep_embed_dim", 8);
        tiny.config.put("tokenizer_max_length", reference().get("positions").asInt());
        ((ArrayNode) tiny.preprocessor.get("steps")).addObject().put("registry_name", "tokenizer_processor").putObject("config");
        tiny.tensors.clear();
        ExpectedTensors.of(LeRobotConfig.read(new ConfigNode("tiny", "", ((ObjectNode) tiny.config).deepCopy()))).forEach((name, shape) -> {
            if (!name.equals(DitConfig.TASK)) {
                tiny.tensors.put(name, Procedural.weight(name, shape));
            }
        });
        return tiny;
    }
}
