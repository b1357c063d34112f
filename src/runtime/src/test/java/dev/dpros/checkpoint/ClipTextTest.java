package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.inference.TextEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** CLIP's tokenizer and text tower against those of transformers 5.18 (torch 2.13), with made weights and a made vocabulary. */
class ClipTextTest {
    @TempDir
    private static Path shared;
    private static Path clip;
    private static Path policy;

    @TempDir
    private Path folder;

    @BeforeAll
    static void asOnDisk() throws IOException {
        clip = ClipFolder.tokenizer(shared.resolve("clip"));
        Safetensors.write(clip.resolve("model.safetensors"), ClipFolder.tower("text_model."));
        policy = ClipFolder.policy().write(shared.resolve("policy"));
    }

    @Test
    void shouldSplitAndEncodeTextsAsTheReferenceDoes() throws IOException {
        TextTower tower = TextTower.read(policy, clip);
        String tokenizer = tower.tokenizer();
        int every = ClipFolder.reference().get("every").asInt();
        for (JsonNode each : ClipFolder.reference().get("cases")) {
            String text = each.get("text").asText();
            int[] tokens = TextEncoder.tokens(tokenizer, text, tower.longest());
            assertArrayEquals(new ObjectMapper().convertValue(each.get("tokens"), int[].class), tokens, text);
            float[] pooled = TextEncoder.pooled(tower.tensors(), tower.layers(), tower.source(), tokens);
            assertEquals(512, pooled.length);
            for (int i = 0; i < each.get("pooled").size(); i++) {
                assertEquals(each.get("pooled").get(i).asDouble(), pooled[i * every], 1e-4, text + ", value " + i * every);
            }
        }
    }

    /** The tower lies in the policy, as LeRobot saves it; of the folder the tokenizer alone is needed, in its newer form. */
    @Test
    void shouldTakeTheTowerFromThePolicyAndTheTokenizerFromOneFile() throws IOException {
        TinyPolicy whole = ClipFolder.policy();
        ClipFolder.tower(MultiTaskDit.TEXT_TOWER).forEach(whole.tensors::put);
        ObjectNode model = (ObjectNode) ((ObjectNode) new ObjectMapper().createObjectNode()).putObject("model").put("type", "BPE");
        model.set("vocab", new ObjectMapper().valueToTree(ClipFolder.vocabulary(ClipFolder.merges())));
        List<String[]> pairs = new ArrayList<>();
        ClipFolder.merges().forEach(pair -> pairs.add(pair.split(" ")));
        model.set("merges", new ObjectMapper().valueToTree(pairs));
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": " + model + "}");

        TextTower tower = TextTower.read(whole.write(folder.resolve("policy")), folder);

        assertEquals(TextTower.read(policy, clip).tokenizer(), tower.tokenizer());
        TextTower other = TextTower.read(policy, clip);
        assertArrayEquals(TextEncoder.pooled(other.tensors(), other.layers(), other.source(), 533, 514, 534),
                TextEncoder.pooled(tower.tensors(), tower.layers(), tower.source(), 533, 514, 534));
    }

    @Test
    void shouldSayWhatIsMissingOrWrong() throws IOException {
        refuses(() -> TextTower.read(policy, folder), "expected its tensors, or the file " + folder.resolve("model.safetensors"), "--clip DIR");
        refuses(() -> TextTower.read(new TinyPolicy().write(folder.resolve("plain")), clip), "leave --task out");
        Files.copy(clip.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        refuses(() -> TextTower.read(policy, folder).tokenizer(), "vocab.json and merges.txt, or tokenizer.json", "--clip DIR");
        Files.copy(clip.resolve("merges.txt"), folder.resolve("merges.txt"));
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0, \"b\": 0}");
        refuses(() -> TextTower.read(policy, folder).tokenizer(), "<|endoftext|>", "it is not CLIP's");
        Files.writeString(folder.resolve("vocab.json"), "{\"<|startoftext|>\": 0, \"<|endoftext|>\": 0}");
        refuses(() -> TextTower.read(policy, folder).tokenizer(), "one of its own, 0 to 1, found 0");
        Files.writeString(folder.resolve("vocab.json"), "{\"<|startoftext|>\": 0, \"<|endoftext|>\": 1}");
        refuses(() -> TextTower.read(policy, folder).tokenizer(), "merges: expected two tokens of the vocabulary that make a third, found 'p u'");
        TextTower tower = TextTower.read(policy, clip);
        refuses(() -> TextEncoder.tokens(tower.tokenizer(), " ", 16), "1 to 1000 characters");
        refuses(() -> TextEncoder.pooled(tower.tensors(), tower.layers(), tower.source(), 5000), "not of one model");
        Map<String, TensorData> other = ClipFolder.tower("");
        other.put("final_layer_norm.weight", TensorData.of(new float[4], 4));
        Files.delete(folder.resolve("model.safetensors"));
        Safetensors.write(folder.resolve("model.safetensors"), other);
        refuses(() -> TextTower.read(policy, folder), "'final_layer_norm.weight': expected shape [512], found [4]", "no text tower of CLIP");
    }

    private static void refuses(Executable read, String... parts) {
        String message = assertThrows(InputException.class, read).getMessage();
        assertEquals(1, message.lines().count(), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }
}
