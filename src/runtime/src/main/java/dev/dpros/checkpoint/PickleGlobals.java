package dev.dpros.checkpoint;

import dev.dpros.checkpoint.PickleValues.Global;
import dev.dpros.checkpoint.PickleValues.Instance;
import dev.dpros.checkpoint.PickleValues.Storage;
import dev.dpros.checkpoint.PickleValues.Tensor;
import dev.dpros.checkpoint.PickleValues.Tuple;
import dev.dpros.core.TensorData.DType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes and functions that a checkpoint may name, and what stands for a call of each. Whatever is not listed here is
 * refused. None of them is Python code: each builds inert data. Stateless.
 */
final class PickleGlobals {
    private static final int MOST_DIMENSIONS = 16;

    static final Map<String, DType> STORAGES = Map.of(
            "torch.FloatStorage", DType.F32, "torch.DoubleStorage", DType.F64, "torch.HalfStorage", DType.F16,
            "torch.BFloat16Storage", DType.BF16, "torch.LongStorage", DType.I64, "torch.IntStorage", DType.I32,
            "torch.ShortStorage", DType.I16, "torch.CharStorage", DType.I8, "torch.ByteStorage", DType.U8,
            "torch.BoolStorage", DType.BOOL);

    /** Classes whose instances are kept as they are. */
    private static final Set<String> INSTANCES = Set.of(
            "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "omegaconf.base.ContainerMetadata",
            "omegaconf.base.Metadata", "omegaconf.nodes.AnyNode", "omegaconf.nodes.StringNode",
            "omegaconf.nodes.IntegerNode", "omegaconf.nodes.FloatNode", "omegaconf.nodes.BooleanNode",
            "omegaconf.nodes.BytesNode", "omegaconf.nodes.PathNode", "omegaconf.nodes.EnumNode",
            "omegaconf.nodes.InterpolationResultNode");

    /** Functions that {@link #call} knows. */
    private static final Set<String> FUNCTIONS = Set.of(
            "collections.OrderedDict", "collections.defaultdict", "torch._utils._rebuild_tensor_v2",
            "torch._utils._rebuild_parameter", "torch.Size", "torch.device", "dill._dill._load_type", "_codecs.encode",
            "builtins.set", "builtins.frozenset", "builtins.list", "builtins.dict", "builtins.tuple", "pathlib.PosixPath");

    /** Types that are only mentioned: annotations of OmegaConf's nodes. */
    private static final Set<String> MENTIONS = Set.of(
            "typing.Any", "typing.Union", "typing.Optional", "typing.List", "typing.Dict", "typing.Tuple", "builtins.int",
            "builtins.float", "builtins.str", "builtins.bool", "builtins.bytes", "builtins.object", "builtins.type",
            "builtins.NoneType", "builtins.unicode", "builtins.long");

    private PickleGlobals() {}

    /** The global of that name, or null if it is not allowed. Python 2's {@code __builtin__} counts as {@code builtins}. */
    static Global find(String module, String name) {
        String full = (module.equals("__builtin__") ? "builtins" : module) + "." + name;
        boolean allowed = STORAGES.containsKey(full) || INSTANCES.contains(full) || FUNCTIONS.contains(full)
                || MENTIONS.contains(full);
        return allowed ? new Global(full) : null;
    }

    /**
     * What stands for an instance that {@code cls.__new__} makes.
     *
     * @throws PickleFormatException if the class is not one to make instances of
     */
    static Object instance(Global type) {
        if (INSTANCES.contains(type.name())) {
            return new Instance(type.name());
        }
        if (type.name().equals("collections.OrderedDict") || type.name().equals("builtins.dict")) {
            return new LinkedHashMap<>();
        }
        throw new PickleFormatException("makes an instance of '" + type.name() + "', which is not allowed");
    }

    /** What stands for a call. @throws PickleFormatException if it is not an allowed call with fitting arguments */
    static Object call(Global function, List<Object> arguments) {
        return switch (function.name()) {
            case "collections.OrderedDict", "builtins.dict" -> dictionary(arguments);
            case "collections.defaultdict" -> new LinkedHashMap<>();
            case "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
            case "torch._utils._rebuild_parameter" -> argument(arguments, 0, Tensor.class);
            case "torch.Size", "builtins.tuple" -> new Tuple(items(arguments));
            case "builtins.list", "builtins.set", "builtins.frozenset" -> new ArrayList<>(items(arguments));
            case "torch.device", "pathlib.PosixPath" -> new Tuple(List.copyOf(arguments));
            case "dill._dill._load_type" -> new Global("type " + argument(arguments, 0, String.class));
            case "_codecs.encode" -> encoded(argument(arguments, 0, String.class), argument(arguments, 1, String.class));
            default -> {
                if (!INSTANCES.contains(function.name()) || !arguments.isEmpty()) {
                    throw new PickleFormatException("calls '" + function.name() + "', which is not allowed");
                }
                yield new Instance(function.name());
            }
        };
    }

    private static byte[] encoded(String text, String encoding) {
        if (!encoding.equals("latin1")) {
            throw new PickleFormatException("encodes text as '" + encoding + "', which is not allowed");
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Map<Object, Object> dictionary(List<Object> arguments) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (Object pair : items(arguments)) {
            List<?> keyAndValue = pair instanceof Tuple t ? t.items() : pair instanceof List<?> l ? l : List.of();
            if (keyAndValue.size() != 2) {
                throw new PickleFormatException("has a dictionary of something else than pairs");
            }
            map.put(SafeUnpickler.key(keyAndValue.get(0)), keyAndValue.get(1));
        }
        return map;
    }

    private static List<Object> items(List<Object> arguments) {
        if (arguments.isEmpty()) {
            return List.of();
        }
        Object only = arguments.get(0);
        if (only instanceof Tuple tuple) {
            return tuple.items();
        }
        if (only instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        throw new PickleFormatException("makes a container of something that is none");
    }

    private static Tensor tensor(List<Object> arguments) {
        Storage storage = argument(arguments, 0, Storage.class);
        long offset = argument(arguments, 1, Long.class);
        List<Long> shape = longs(argument(arguments, 2, Tuple.class));
        List<Long> strides = longs(argument(arguments, 3, Tuple.class));
        if (offset < 0 || shape.size() != strides.size() || shape.size() > MOST_DIMENSIONS) {
            throw new PickleFormatException("has a tensor of shape " + shape + " with strides " + strides + " at " + offset);
        }
        return new Tensor(storage, offset, shape, strides);
    }

    private static List<Long> longs(Tuple tuple) {
        List<Long> values = new ArrayList<>();
        for (Object item : tuple.items()) {
            if (!(item instanceof Long value) || value < 0) {
                throw new PickleFormatException("has a tensor whose shape or stride is not a non-negative integer");
            }
            values.add(value);
        }
        return values;
    }

    private static <T> T argument(List<Object> arguments, int index, Class<T> type) {
        Object value = index < arguments.size() ? arguments.get(index) : null;
        if (!type.isInstance(value)) {
            throw new PickleFormatException("calls a function with arguments that do not fit");
        }
        return type.cast(value);
    }
}
