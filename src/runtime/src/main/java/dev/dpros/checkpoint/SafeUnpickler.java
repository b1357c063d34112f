package dev.dpros.checkpoint;

import dev.dpros.checkpoint.PickleValues.Global;
import dev.dpros.checkpoint.PickleValues.Instance;
import dev.dpros.checkpoint.PickleValues.Storage;
import dev.dpros.checkpoint.PickleValues.Tuple;
import dev.dpros.core.TensorData.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a pickle (protocols 2 to 4, the opcodes that CPython's pickler and dill write) as inert data. Executes nothing:
 * every class and function must be listed in {@link PickleGlobals}. Time and memory are bounded by the size of the input
 * and {@link #MOST_OPERATIONS}. Not thread-safe; one instance per pickle.
 *
 * <p>Integers become Long, text String, bytes byte[], dicts LinkedHashMap, lists ArrayList; the rest {@link PickleValues}.
 */
final class SafeUnpickler {
    static final int LARGEST = 16 << 20;
    private static final int MOST_OPERATIONS = 2_000_000;
    private static final int DEEPEST_KEY = 2;
    private static final int LONGEST_KEY = 16;

    private final ByteBuffer in;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private SafeUnpickler(ByteBuffer in) {
        this.in = in.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The pickled value. @throws PickleFormatException if it is malformed or names anything that is not allowed */
    static Object read(ByteBuffer pickle) {
        if (pickle.remaining() > LARGEST) {
            throw new PickleFormatException("has " + pickle.remaining() + " bytes, more than " + LARGEST);
        }
        return new SafeUnpickler(pickle).run();
    }

    private Object run() {
        for (int operation = 0; operation < MOST_OPERATIONS; operation++) {
            int at = in.position();
            int opcode = unsigned(1);
            if (opcode == '.') {
                return pop();
            }
            if (!literal(opcode) && !structure(opcode) && !object(opcode)) {
                throw new PickleFormatException(String.format("uses opcode 0x%02x at byte %d, which is not allowed", opcode, at));
            }
        }
        throw new PickleFormatException("has more than " + MOST_OPERATIONS + " operations");
    }

    /** Opcodes that push a value of their own. */
    private boolean literal(int opcode) {
        switch (opcode) {
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'K' -> stack.add((long) unsigned(1));
            case 'M' -> stack.add((long) unsigned(2));
            case 'J' -> stack.add((long) need(4).getInt());
            case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong())));
            case 0x8a -> stack.add(integer(unsigned(1)));
            case 'X' -> stack.add(text(length(4)));
            case 0x8c -> stack.add(text(unsigned(1)));
            case 0x8d -> stack.add(text(length(8)));
            case 'B', 'T' -> stack.add(bytes(length(4)));
            case 'C', 'U' -> stack.add(bytes(unsigned(1)));
            case 0x8e -> stack.add(bytes(length(8)));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Opcodes for containers, marks and the memo. */
    private boolean structure(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol(unsigned(1));
            case 0x95 -> length(8);
            case '(' -> marks.push(stack.size());
            case '0' -> pop();
            case '2' -> stack.add(top());
            case ')' -> stack.add(new Tuple(List.of()));
            case 't' -> stack.add(new Tuple(popToMark()));
            case 0x85 -> stack.add(tuple(1));
            case 0x86 -> stack.add(tuple(2));
            case 0x87 -> stack.add(tuple(3));
            case ']' , 0x8f -> stack.add(new ArrayList<>());
            case 'l', 0x91 -> stack.add(popToMark());
            case 'a' -> append(Collections.singletonList(pop()));
            case 'e', 0x90 -> append(popToMark());
            case '}' -> stack.add(new LinkedHashMap<>());
            case 's' -> setPair();
            case 'u' -> setItems(popToMark());
            case 'q' -> memo.put(unsigned(1), top());
            case 'r' -> memo.put(length(4), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> stack.add(remembered(unsigned(1)));
            case 'j' -> stack.add(remembered(length(4)));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Opcodes for globals and what is made with them. */
    private boolean object(int opcode) {
        switch (opcode) {
            case 'c' -> stack.add(global(line(), line()));
            case 0x93 -> {
                String name = popAs(String.class);
                stack.add(global(popAs(String.class), name));
            }
            case 'R' -> {
                Tuple arguments = popAs(Tuple.class);
                stack.add(PickleGlobals.call(popAs(Global.class), arguments.items()));
            }
            case 0x81 -> {
                popAs(Tuple.class);
                stack.add(PickleGlobals.instance(popAs(Global.class)));
            }
            case 'b' -> build();
            case 'Q' -> stack.add(storage(popAs(Tuple.class).items()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void protocol(int version) {
        if (version < 2 || version > 5) {
            throw new PickleFormatException("has protocol " + version + ", not 2 to 5");
        }
    }

    private Global global(String module, String name) {
        Global global = PickleGlobals.find(module, name);
        if (global == null) {
            throw new PickleFormatException("names " + Quoted.of(module + "." + name)
                    + ", which is not allowed in a checkpoint; nothing was executed");
        }
        return global;
    }

    private static Storage storage(List<Object> id) {
        if (id.size() >= 5 && "storage".equals(id.get(0)) && id.get(1) instanceof Global type
                && id.get(2) instanceof String key && id.get(4) instanceof Long count && count >= 0) {
            DType dtype = PickleGlobals.STORAGES.get(type.name());
            if (dtype != null) {
                return new Storage(dtype, key, count);
            }
        }
        throw new PickleFormatException("has a persistent id that is not a tensor's storage");
    }

    private void build() {
        Object state = pop();
        Object target = top();
        if (target instanceof Instance instance) {
            instance.state = state;
        } else if (!(target instanceof Map)) {
            throw new PickleFormatException("sets the state of something that has none");
        }
        // an OrderedDict's state holds attributes such as _metadata of a state_dict: not needed
    }

    private void setPair() {
        Object value = pop();
        Object key = pop();
        setItems(Arrays.asList(key, value));
    }

    private void setItems(List<Object> pairs) {
        if (pairs.size() % 2 != 0 || !(top() instanceof Map<?, ?>)) {
            throw new PickleFormatException("sets items of something that is no dictionary");
        }
        @SuppressWarnings("unchecked")
        Map<Object, Object> map = (Map<Object, Object>) top();
        for (int i = 0; i < pairs.size(); i += 2) {
            map.put(key(pairs.get(i)), pairs.get(i + 1));
        }
    }

    /** A dictionary's key: a scalar or a shallow tuple of them, so that hashing and comparing stay bounded. */
    static Object key(Object key) {
        return key(key, DEEPEST_KEY);
    }

    private static Object key(Object key, int deeper) {
        if (key == null || key instanceof String || key instanceof Long || key instanceof Boolean || key instanceof Double) {
            return key;
        }
        if (key instanceof Tuple tuple && deeper > 0 && tuple.items().size() <= LONGEST_KEY) {
            tuple.items().forEach(item -> key(item, deeper - 1));
            return key;
        }
        throw new PickleFormatException("has a dictionary whose key is neither text nor a number nor a short tuple of them");
    }

    private void append(List<Object> items) {
        if (!(top() instanceof ArrayList<?>)) {
            throw new PickleFormatException("appends to something that is no list");
        }
        @SuppressWarnings("unchecked")
        List<Object> list = (List<Object>) top();
        list.addAll(items);
    }

    private Tuple tuple(int size) {
        if (stack.size() - bottom() < size) {
            throw new PickleFormatException("takes from an empty stack");
        }
        List<Object> tail = stack.subList(stack.size() - size, stack.size());
        Tuple tuple = new Tuple(Collections.unmodifiableList(new ArrayList<>(tail)));
        tail.clear();
        return tuple;
    }

    private List<Object> popToMark() {
        if (marks.isEmpty()) {
            throw new PickleFormatException("has no mark where one is needed");
        }
        List<Object> tail = stack.subList(marks.pop(), stack.size());
        List<Object> items = new ArrayList<>(tail);
        tail.clear();
        return items;
    }

    private int bottom() {
        return marks.isEmpty() ? 0 : marks.peek();
    }

    private Object top() {
        if (stack.size() <= bottom()) {
            throw new PickleFormatException("takes from an empty stack");
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        Object top = top();
        stack.remove(stack.size() - 1);
        return top;
    }

    private <T> T popAs(Class<T> type) {
        Object value = pop();
        if (!type.isInstance(value)) {
            throw new PickleFormatException("is malformed: a " + type.getSimpleName().toLowerCase(Locale.ROOT) + " is missing");
        }
        return type.cast(value);
    }

    private Object remembered(int index) {
        if (!memo.containsKey(index)) {
            throw new PickleFormatException("recalls what it never stored");
        }
        return memo.get(index);
    }

    private ByteBuffer need(int count) {
        if (in.remaining() < count) {
            throw new PickleFormatException("ends in the middle");
        }
        return in;
    }

    private int unsigned(int size) {
        need(size);
        return size == 1 ? in.get() & 0xff : in.getShort() & 0xffff;
    }

    /** A length or index of 4 or 8 bytes. */
    private int length(int size) {
        need(size);
        long value = size == 4 ? in.getInt() & 0xffffffffL : in.getLong();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new PickleFormatException("has a length of " + Long.toUnsignedString(value));
        }
        return (int) value;
    }

    private long integer(int size) {
        if (size > 8) {
            throw new PickleFormatException("has an integer of " + size + " bytes");
        }
        need(size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (in.get() & 0xffL) << 8 * i;
        }
        int unused = 64 - 8 * size;
        return size == 0 ? 0 : value << unused >> unused;
    }

    private byte[] bytes(int length) {
        need(length);
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private String text(int length) {
        return new String(bytes(length), StandardCharsets.UTF_8);
    }

    private String line() {
        int start = in.position();
        while (unsigned(1) != '\n') {
            if (in.position() - start > 1024) {
                throw new PickleFormatException("has a name of more than 1024 bytes");
            }
        }
        int length = in.position() - start - 1;
        byte[] bytes = new byte[length];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
