package dev.dpros.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A training configuration of another program, which remembers what was read of it, to tell what was not. One thread. */
final class TrainingFields {
    private final ConfigNode root;
    private final Set<String> read;

    TrainingFields(ConfigNode root, Set<String> otherwise) {
        this.root = root;
        read = new TreeSet<>(otherwise);
    }

    /** All of it. */
    ConfigNode root() {
        return root;
    }

    ConfigNode at(String path) {
        read.add(path);
        ConfigNode node = root;
        for (String name : path.split("\\.")) {
            node = node.get(name);
        }
        return node;
    }

    /** Keys that were not read, no deeper than two names; a group none of whose keys was read stands for all of them. */
    List<String> unread() {
        List<String> unread = new ArrayList<>();
        root.fields().forEach((name, node) -> add(unread, name, node));
        return unread;
    }

    private void add(List<String> unread, String path, ConfigNode node) {
        if (read.contains(path) || node.isAbsent()) {
            return;
        }
        boolean within = read.stream().anyMatch(other -> other.startsWith(path + "."));
        if (within && node.json().isObject()) {
            node.fields().forEach((name, child) -> add(unread, path + "." + name, child));
        } else {
            unread.add(path);
        }
    }
}
