package dev.dpros.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Bounded JSON reading: size, depth and duplicate keys are checked. Stateless. */
final class StrictJson {
    /** More than any policy's JSON needs. */
    static final int LARGEST_FILE = 4 << 20;
    private static final int DEEPEST = 64;

    static final JsonMapper MAPPER = mapper();

    private StrictJson() {}

    private static JsonMapper mapper() {
        JsonMapper mapper = JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        mapper.getFactory().setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
        return mapper;
    }

    /** The object in a file. @throws InputException if there is none, or it is too large or not a JSON object */
    static ConfigNode read(Path file) {
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw InputException.of(file.toString(), "size", "at most " + LARGEST_FILE + " bytes", size + " bytes", "");
            }
            return parse(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new InputException(file + ": no such file", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The object in some bytes. @throws InputException naming {@code source} if it is not a JSON object */
    static ConfigNode parse(byte[] bytes, String source) {
        try (JsonParser parser = MAPPER.createParser(bytes)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || !node.isObject()) {
                throw InputException.of(source, "content", "a JSON object",
                        node == null ? "nothing" : node.getNodeType().toString().toLowerCase(Locale.ROOT), "");
            }
            return new ConfigNode(source, "", node);
        } catch (JsonProcessingException e) {
            var where = e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr();
            throw new InputException(source + where + ": not valid JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new InputException(source + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
