package dev.dpros.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Protobuf's text format as far as configurations of models need it: fields to lists of texts or messages. */
final class TextProto {
    private static final Pattern TOKEN = Pattern.compile("\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[A-Za-z0-9_.+-]+|[:{}\\[\\],])|\\s*#.*");

    private final List<String> tokens = new ArrayList<>();
    private int next;

    private TextProto(String text) {
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (matcher.lookingAt() || end < text.length()) {
            if (!matcher.region(end, text.length()).lookingAt()) {
                if (text.substring(end).isBlank()) {
                    break;
                }
                throw new IllegalArgumentException("at " + text.substring(end, Math.min(text.length(), end + 40)));
            }
            if (matcher.group(1) != null) {
                tokens.add(matcher.group(1));
            }
            end = matcher.end();
        }
    }

    static Map<String, List<Object>> parse(String text) {
        return new TextProto(text).message(null);
    }

    private Map<String, List<Object>> message(String close) {
        Map<String, List<Object>> fields = new LinkedHashMap<>();
        while (next < tokens.size() && !tokens.get(next).equals(close)) {
            String name = tokens.get(next++);
            if (!name.matches("[a-z_]+")) {
                throw new IllegalArgumentException("a field's name: " + name);
            }
            boolean colon = skip(":");
            List<Object> values = fields.computeIfAbsent(name, key -> new ArrayList<>());
            if (skip("[")) {
                while (!skip("]")) {
                    values.add(value(colon));
                    skip(",");
                }
            } else {
                values.add(value(colon));
            }
        }
        if (close != null && !skip(close)) {
            throw new IllegalArgumentException("no " + close);
        }
        return fields;
    }

    private Object value(boolean colon) {
        if (skip("{")) {
            return message("}");
        }
        if (!colon) {
            throw new IllegalArgumentException("no colon before " + tokens.get(next));
        }
        String token = tokens.get(next++);
        return token.startsWith("\"") ? token.substring(1, token.length() - 1).replaceAll("\\\\(.)", "$1") : token;
    }

    private boolean skip(String token) {
        if (next < tokens.size() && tokens.get(next).equals(token)) {
            next++;
            return true;
        }
        return false;
    }
}
