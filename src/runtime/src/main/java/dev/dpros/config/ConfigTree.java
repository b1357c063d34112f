package dev.dpros.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Layers of configuration, each overriding the one below key by key. Every value knows the layer that it came from: the
 * highest that has it. Keys are given as their levels, which may have dots in them.
 *
 * @param merged all layers as one tree
 * @param defaults the lowest layer
 * @param given those above it, the lowest first
 */
record ConfigTree(ObjectNode merged, Layer defaults, List<Layer> given) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** In the defaults: the name of an entry that says what every entry of its section has. */
    private static final String EACH = "*";

    /** Merges the layers. @param given those above the defaults, the lowest first */
    static ConfigTree of(Layer defaults, List<Layer> given) {
        ObjectNode merged = defaults.tree();
        ObjectNode templates = defaults.tree();
        removeTemplates(merged);
        given.forEach(layer -> merge(merged, layer.tree()));
        fill(merged, templates);
        return new ConfigTree(merged, defaults, List.copyOf(given));
    }

    private static void removeTemplates(ObjectNode section) {
        section.remove(EACH);
        section.forEach(inner -> {
            if (inner instanceof ObjectNode deeper) {
                removeTemplates(deeper);
            }
        });
    }

    /** Puts what a template has under each entry beside it that does not have it itself. */
    private static void fill(ObjectNode section, ObjectNode defaults) {
        for (Map.Entry<String, JsonNode> field : section.properties()) {
            if (field.getValue() instanceof ObjectNode own) {
                if (defaults.get(EACH) instanceof ObjectNode template) {
                    ObjectNode entry = template.deepCopy();
                    merge(entry, own);
                    field.setValue(entry);
                } else if (defaults.get(field.getKey()) instanceof ObjectNode inner) {
                    fill(own, inner);
                }
            }
        }
    }

    private static void merge(ObjectNode base, ObjectNode over) {
        for (Map.Entry<String, JsonNode> field : over.properties()) {
            JsonNode below = base.get(field.getKey());
            if (below instanceof ObjectNode lower && field.getValue() instanceof ObjectNode upper) {
                merge(lower, upper);
            } else {
                base.set(field.getKey(), field.getValue());
            }
        }
    }

    /** Refuses keys without a value, such as {@code action:} alone. @throws InputException naming the key and its layer */
    ConfigTree withoutEmptyKeys() {
        refuseEmpty(List.of(), merged);
        return this;
    }

    private void refuseEmpty(List<String> key, JsonNode node) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            List<String> at = with(key, field.getKey());
            if (field.getValue().isNull()) {
                throw InputException.of(locate(at), "value", "something after the colon", "nothing",
                        "take the key out for its default");
            }
            refuseEmpty(at, field.getValue());
            for (int i = 0; field.getValue().isArray() && i < field.getValue().size(); i++) {
                refuseEmpty(with(at, String.valueOf(i)), field.getValue().get(i));
            }
        }
    }

    /**
     * Makes a section the short form of a list of such sections: where the list is given and the section is not, the section is
     * taken out; and each entry of the list gets what the section has by default.
     */
    ConfigTree withList(String section, String list) {
        boolean listed = given.stream().anyMatch(layer -> layer.at(List.of(list)) != null);
        if (listed && given.stream().allMatch(layer -> layer.at(List.of(section)) == null)) {
            merged.remove(section);
        }
        JsonNode usual = defaults.at(List.of(section));
        for (int i = 0; usual instanceof ObjectNode && merged.get(list) instanceof ArrayNode entries && i < entries.size(); i++) {
            if (entries.get(i) instanceof ObjectNode own) {
                ObjectNode entry = usual.deepCopy();
                merge(entry, own);
                entries.set(i, entry);
            }
        }
        return this;
    }

    /** Every key with its value, as maps. */
    @SuppressWarnings("unchecked")
    Map<String, Object> asMap() {
        return JSON.convertValue(merged, Map.class);
    }

    /** The merged value at a key, or null. */
    JsonNode value(List<String> key) {
        return Layer.at(merged, key);
    }

    /** Where a key was set, as a message names it; of a default, where it would be set. */
    String locate(List<String> key) {
        Layer home = given.stream().filter(Layer::isFile).findFirst().orElse(defaults);
        Set<Layer> origins = key.isEmpty() ? Set.of(home) : origins(key);
        if (origins.equals(Set.of(defaults))) {
            JsonNode value = value(key);
            boolean named = value != null && value.isValueNode() && !value.asText().isEmpty();
            return home.place(key) + (named ? " (default)" : "");
        }
        return given.stream().filter(origins::contains).map(layer -> layer.place(key)).collect(Collectors.joining(", "));
    }

    /** What to do about a wrong value, if its one layer has something to say. */
    String remedy(List<String> key) {
        Set<Layer> origins = origins(key);
        return key.isEmpty() || origins.size() != 1 ? "" : origins.iterator().next().remedy(key);
    }

    /** The layers that a key's value, or what is in it, came from; of one that nobody set, those of what is around it. */
    private Set<Layer> origins(List<String> key) {
        JsonNode value = value(key);
        if (value == null && !key.isEmpty()) {
            return origins(key.subList(0, key.size() - 1));
        }
        Set<Layer> origins = new LinkedHashSet<>();
        if (value instanceof ObjectNode section && !section.isEmpty()) {
            section.fieldNames().forEachRemaining(name -> origins.addAll(origins(with(key, name))));
        } else {
            origins.add(origin(key));
        }
        return origins;
    }

    private Layer origin(List<String> key) {
        for (int i = given.size() - 1; i >= 0; i--) {
            if (given.get(i).at(key) != null) {
                return given.get(i);
            }
        }
        return defaults;
    }

    /** A key one level deeper. */
    static List<String> with(List<String> key, String name) {
        List<String> longer = new ArrayList<>(key);
        longer.add(name);
        return List.copyOf(longer);
    }
}
