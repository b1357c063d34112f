package dev.dpros.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Binds a tree to records: unknown keys, wrong types and values out of bounds are errors of one clear line. */
final class StrictBinder {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private static final Pattern FIELD = Pattern.compile("([a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)*): (.*)", Pattern.DOTALL);

    private StrictBinder() {}

    /** @throws InputException naming file, line, key, what was expected and found */
    static <T> T bind(ConfigTree tree, Class<T> type) {
        try {
            return MAPPER.treeToValue(tree.merged(), type);
        } catch (JsonProcessingException e) {
            throw explain(tree, e);
        }
    }

    private static InputException explain(ConfigTree tree, JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return new InputException(tree.locate(List.of()) + ": " + e.getOriginalMessage(), e);
        }
        List<String> key = key(mapping);
        String where = tree.locate(key);
        if (e instanceof UnrecognizedPropertyException unknown) {
            String hint = NearestName.hint(unknown.getPropertyName(),
                    unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList());
            return wrong(tree, key, "unknown key" + hint, e);
        }
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            return e.getCause() instanceof NullPointerException ? wrong(tree, key, missing(mapping, tree.value(key)), e)
                    : outOfBounds(tree, key, e);
        }
        if (e instanceof MismatchedInputException mismatch) {
            return InputException.of(where, "value", expected(mismatch.getTargetType()),
                    Secrets.isSecret(String.join(".", key)) ? "something else" : found(tree.value(key)), tree.remedy(key));
        }
        return new InputException(where + ": " + e.getOriginalMessage(), e);
    }

    /** The keys of a record that the tree does not have. */
    private static String missing(JsonMappingException e, JsonNode found) {
        Class<?> type = ((ValueInstantiationException) e).getType().getRawClass();
        String keys = type.isRecord() ? java.util.Arrays.stream(type.getRecordComponents()).map(ParameterTypes::key)
                .filter(key -> found == null || !found.hasNonNull(key)).collect(Collectors.joining(", ")) : "";
        return keys.isEmpty() ? "expected a value, found nothing" : "expected values for all keys, found none for " + keys;
    }

    private static List<String> key(JsonMappingException e) {
        return e.getPath().stream().map(r -> r.getFieldName() != null ? r.getFieldName() : String.valueOf(r.getIndex())).toList();
    }

    /** A record's own words begin with the fields that they are about: {@code steps: expected 0 to 1000, found 5000}. */
    private static InputException outOfBounds(ConfigTree tree, List<String> section, JsonProcessingException e) {
        String problem = e.getCause().getMessage();
        List<String> key = section;
        for (Matcher field = FIELD.matcher(problem); field.matches(); field = FIELD.matcher(problem)) {
            List<String> deeper = new ArrayList<>(key);
            deeper.addAll(List.of(field.group(1).split("\\.")));
            if (tree.value(deeper) == null && !(key.equals(section) && isComponent(e, field.group(1)))) {
                break;
            }
            key = deeper;
            problem = field.group(2);
        }
        return wrong(tree, key, problem, e);
    }

    private static boolean isComponent(JsonProcessingException e, String field) {
        Class<?> type = ((ValueInstantiationException) e).getType().getRawClass();
        return type.isRecord() && Stream.of(type.getRecordComponents()).map(ParameterTypes::key).anyMatch(field::equals);
    }

    private static InputException wrong(ConfigTree tree, List<String> key, String problem, Exception cause) {
        String where = tree.locate(key);
        String remedy = tree.remedy(key);
        return new InputException((where.isEmpty() ? "" : where + ": ") + problem + (remedy.isEmpty() ? "" : "; " + remedy), cause);
    }

    private static String expected(Class<?> type) {
        if (type == null) {
            return "another type";
        }
        if (type.isEnum()) {
            StringBuilder names = new StringBuilder("one of");
            for (Object constant : type.getEnumConstants()) {
                names.append(' ').append(constant.toString().toLowerCase(Locale.ROOT));
            }
            return names.toString();
        }
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type) || type == double.class || type == float.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class || type == java.nio.file.Path.class) {
            return "a text";
        }
        return java.util.Collection.class.isAssignableFrom(type) ? "a list" : "a mapping (key: value)";
    }

    private static String found(JsonNode value) {
        String text = value == null || value.isNull() ? "nothing" : value.toString();
        return text.length() > 80 ? text.substring(0, 77) + "..." : text;
    }
}
