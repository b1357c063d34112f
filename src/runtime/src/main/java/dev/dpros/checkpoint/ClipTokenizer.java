package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CLIP's tokenizer: byte pairs, lower case, from vocab.json and merges.txt of a folder, or from its tokenizer.json. The rules by which
 * text becomes byte pairs are CLIP's own and not taken from a file; the library that applies them gets only what was checked here.
 * Immutable.
 */
final class ClipTokenizer {
    private static final String BEGIN = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final int MOST_TOKENS = 1 << 20;
    private static final String WORDS = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private final Map<String, Integer> vocabulary;
    private final List<String[]> merges;
    private final String source;

    private ClipTokenizer(Map<String, Integer> vocabulary, List<String[]> merges, String source) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.source = source;
        requireWhole();
    }

    /** @throws InputException in one line naming the file, if it is missing or not such a vocabulary */
    static ClipTokenizer read(Path folder) {
        Path vocabulary = folder.resolve("vocab.json");
        Path merges = folder.resolve("merges.txt");
        Path whole = folder.resolve("tokenizer.json");
        if (Files.isRegularFile(vocabulary) && Files.isRegularFile(merges)) {
            return new ClipTokenizer(vocabulary(StrictJson.read(vocabulary)), lines(merges), vocabulary.toString());
        }
        if (!Files.isRegularFile(whole)) {
            throw InputException.of(folder.toString(), "tokenizer", "vocab.json and merges.txt, or tokenizer.json", "neither",
                    "give the folder of CLIP with --clip DIR");
        }
        ConfigNode model = StrictJson.read(whole).get("model");
        model.get("type").choice(Map.of("BPE", true), true);
        List<String[]> pairs = new ArrayList<>();
        for (ConfigNode pair : model.get("merges").items()) {
            pairs.add(pair.json().isArray() ? pair.items().stream().map(ConfigNode::text).toArray(String[]::new) : pair.text().split(" ", -1));
        }
        return new ClipTokenizer(vocabulary(model.get("vocab")), pairs, whole.toString());
    }

    private static Map<String, Integer> vocabulary(ConfigNode node) {
        Map<String, Integer> tokens = new LinkedHashMap<>();
        node.fields().forEach((token, id) -> tokens.put(token, id.integer()));
        return tokens;
    }

    private static List<String[]> lines(Path file) {
        try {
            if (Files.size(file) > StrictJson.LARGEST_FILE) {
                throw InputException.of(file.toString(), "size", "at most " + StrictJson.LARGEST_FILE + " bytes", Files.size(file) + " bytes", "");
            }
            List<String[]> pairs = new ArrayList<>();
            for (String line : Files.readString(file).split("\n")) {
                if (!line.isBlank() && !(pairs.isEmpty() && line.startsWith("#version"))) {
                    pairs.add(line.strip().split(" ", -1));
                }
            }
            return pairs;
        } catch (MalformedInputException e) {
            throw new InputException(file + ": not UTF-8", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Each token has a number of its own, and each merge makes a token of two. */
    private void requireWhole() {
        int size = vocabulary.size();
        if (!vocabulary.containsKey(BEGIN) || !vocabulary.containsKey(END) || size > MOST_TOKENS) {
            throw InputException.of(source, "vocabulary", "at most " + MOST_TOKENS + " tokens, " + BEGIN + " and " + END + " among them",
                    size + " tokens", "it is not CLIP's");
        }
        boolean[] used = new boolean[size];
        vocabulary.forEach((token, id) -> {
            if (id < 0 || id >= size || used[id]) {
                throw InputException.of(source, "number of " + Quoted.of(token), "one of its own, 0 to " + (size - 1), id + "", "");
            }
            used[id] = true;
        });
        for (String[] pair : merges) {
            if (pair.length != 2 || !vocabulary.containsKey(pair[0]) || !vocabulary.containsKey(pair[1])
                    || !vocabulary.containsKey(pair[0] + pair[1])) {
                throw InputException.of(source, "merges", "two tokens of the vocabulary that make a third", Quoted.of(String.join(" ", pair)), "");
            }
        }
    }

    /** tokenizer.json as the library tokenizers reads it: CLIP's rules (transformers, CLIPTokenizer) around this vocabulary. */
    String description() {
        ObjectNode json = StrictJson.MAPPER.createObjectNode().put("version", "1.0");
        ArrayNode added = json.putArray("added_tokens");
        for (String token : List.of(BEGIN, END)) {
            added.addObject().put("id", vocabulary.get(token)).put("content", token).put("single_word", false).put("lstrip", false)
                    .put("rstrip", false).put("normalized", false).put("special", true);
        }
        ArrayNode normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "NFC");
        normalizers.addObject().put("type", "Replace").put("content", " ").putObject("pattern").put("Regex", "\\s+");
        normalizers.addObject().put("type", "Lowercase");
        ArrayNode splits = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        splits.addObject().put("type", "Split").put("behavior", "Removed").put("invert", true).putObject("pattern").put("Regex", WORDS);
        splits.addObject().put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
        ObjectNode ends = json.putObject("post_processor").put("type", "RobertaProcessing").put("trim_offsets", false)
                .put("add_prefix_space", false);
        ends.putArray("sep").add(END).add(vocabulary.get(END));
        ends.putArray("cls").add(BEGIN).add(vocabulary.get(BEGIN));
        ObjectNode model = json.putObject("model").put("type", "BPE").put("unk_token", END).put("continuing_subword_prefix", "")
                .put("end_of_word_suffix", "</w>").put("fuse_unk", false);
        ObjectNode numbers = model.putObject("vocab");
        vocabulary.forEach(numbers::put);
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(pair -> pairs.add(pair[0] + " " + pair[1]));
        return json.toString();
    }
}
