package dev.dpros.ros2.names;

import dev.dpros.core.InputException;
import java.util.List;

/**
 * Resolves the names that one node uses, as rcl does: expanded ({@code ~}, {@code {node}}, {@code {ns}}), made full, then
 * remapped; of the rules that fit, the first counts. Immutable; any thread.
 */
public final class Ros2Names {
    private final String name;
    private final String namespace;
    private final List<RemapRule> rules;

    /**
     * Names as seen by a node.
     *
     * @param namespace {@code /} or such as {@code /robot1}, unless a rule {@code __ns:=} says otherwise
     * @param name base name, unless a rule {@code __node:=} says otherwise
     * @param arguments with the remaps
     * @throws InputException if a name is not legal
     */
    public Ros2Names(String namespace, String name, Ros2Arguments arguments) {
        rules = arguments.remaps();
        this.name = rename(RemapRule.Kind.NODE, name, name);
        this.namespace = rename(RemapRule.Kind.NAMESPACE, this.name, namespace);
        NameRules.requireBaseName("node", this.name);
        NameRules.requireNamespace("node " + this.name, this.namespace);
        for (RemapRule rule : rules) {
            if (!rule.from().isEmpty() && rule.holdsFor(this.name)) {
                expand("remap", rule.from());
                expand("remap", rule.to());
            }
        }
    }

    private String rename(RemapRule.Kind kind, String baseName, String otherwise) {
        return rules.stream().filter(rule -> rule.kind() == kind && rule.holdsFor(baseName)).map(RemapRule::to)
                .findFirst().orElse(otherwise);
    }

    /** Base name of the node. */
    public String name() {
        return name;
    }

    /** Namespace of the node: {@code /} or such as {@code /robot1}. */
    public String namespace() {
        return namespace;
    }

    /** Full name of the node. */
    public String node() {
        return namespace.equals("/") ? "/" + name : namespace + "/" + name;
    }

    /** The full name behind a topic's name. @throws InputException if it is not legal */
    public String topic(String topic) {
        return resolve("topic", topic, RemapRule.Kind.TOPIC);
    }

    /** The full name behind a service's name. @throws InputException if it is not legal */
    public String service(String service) {
        return resolve("service", service, RemapRule.Kind.SERVICE);
    }

    private String resolve(String where, String given, RemapRule.Kind kind) {
        NameRules.requireName(where, given);
        String full = expand(where, given);
        for (RemapRule rule : rules) {
            if ((rule.kind() == kind || rule.kind() == RemapRule.Kind.ANY) && rule.holdsFor(name)
                    && expand("remap", rule.from()).equals(full)) {
                return expand("remap", rule.to());
            }
        }
        return full;
    }

    private String expand(String where, String given) {
        String text = given.startsWith("~") ? node() + given.substring(1) : given;
        text = text.replace("{node}", name).replace("{namespace}", "{ns}");
        String inner = namespace.equals("/") ? "" : namespace;
        if (text.contains("{ns}")) {
            text = text.startsWith("{ns}") ? inner + text.substring(4) : text;
            text = text.replace("{ns}", inner.isEmpty() ? "" : inner.substring(1));
        }
        if (text.indexOf('{') >= 0) {
            throw InputException.of(where, "name '" + given + "'", "{node}, {ns} or {namespace}",
                    text.substring(text.indexOf('{'), text.indexOf('}', text.indexOf('{')) + 1), "");
        }
        String full = text.startsWith("/") ? text : inner + "/" + text;
        NameRules.requireFull(where, given, full);
        return full;
    }
}
