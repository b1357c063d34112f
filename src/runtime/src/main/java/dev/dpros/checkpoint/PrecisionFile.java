package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.diffusion.PrecisionChoice.Candidate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code precision.json} in a policy's directory, beside what LeRobot reads: which precision it runs in, and why. Stateless. */
public final class PrecisionFile {
    /** Its name. */
    public static final String NAME = "precision.json";

    private static final Map<String, Precision> PRECISIONS = Names.ordered("float32", Precision.FLOAT32, "bfloat16", Precision.BFLOAT16,
            "int8", Precision.INT8);

    private PrecisionFile() {}

    /** What was decided for the policy in a directory, or null. @throws InputException naming file, field, what was expected and found */
    static @Nullable PrecisionChoice read(Path directory) {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        ConfigNode json = StrictJson.read(file);
        List<Candidate> candidates = new ArrayList<>();
        for (ConfigNode item : json.get("candidates").items()) {
            String refused = Quoted.line(item.get("refused").text(""));
            candidates.add(refused.isEmpty() ? new Candidate(item.get("precision").choice(PRECISIONS, null), item.get("error").number(Double.NaN),
                    item.get("chunk").number(Double.NaN), item.get("step_ms").number(), "")
                    : new Candidate(item.get("precision").choice(PRECISIONS, null), Double.NaN, Double.NaN, Double.NaN, refused));
        }
        try {
            return new PrecisionChoice(json.get("precision").choice(PRECISIONS, null), json.get("policy_sha256").text(),
                    json.get("error_bound").number(), Quoted.line(json.get("observations").text()), candidates);
        } catch (IllegalArgumentException e) {
            throw new InputException(file + ": " + e.getMessage() + "; delete the file, or decide again: dpros precision", e);
        }
    }

    /**
     * Writes what was decided; the file appears complete or not at all.
     *
     * @param source a policy's directory, or the checkpoint or run around it
     * @throws InputException if it is none, or cannot be written
     */
    public static Path write(Path source, PrecisionChoice choice) {
        Path directory = directory(source);
        Path file = directory.resolve(NAME);
        try {
            Path fresh = Files.createTempFile(directory, "." + NAME, ".part");
            try {
                Files.write(fresh, (json(choice).toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
                Files.setPosixFilePermissions(fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
            return file;
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Where a source keeps its file. @throws InputException if it is a single file, which has no place for it */
    public static Path directory(Path source) {
        Path directory = PolicyLocation.of(source).path();
        if (!Files.isDirectory(directory)) {
            throw InputException.of(source.toString(), "source", "a LeRobot directory, in which the choice is kept", "a file",
                    "dpros import makes a directory of it");
        }
        return directory;
    }

    private static ObjectNode json(PrecisionChoice choice) {
        ObjectNode json = StrictJson.MAPPER.createObjectNode();
        json.put("precision", choice.precision().word()).put("policy_sha256", choice.policy());
        json.put("error_bound", choice.bound()).put("observations", choice.observations());
        ArrayNode candidates = json.putArray("candidates");
        for (Candidate candidate : choice.candidates()) {
            ObjectNode item = candidates.addObject().put("precision", candidate.precision().word());
            if (candidate.refused().isEmpty()) {
                item.put("error", finite(candidate.error())).put("chunk", finite(candidate.chunk())).put("step_ms", candidate.stepMs());
            } else {
                item.put("refused", candidate.refused());
            }
        }
        return json;
    }

    /** JSON has no word for anything else: null where the outputs, or their differences, are no numbers. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }
}
