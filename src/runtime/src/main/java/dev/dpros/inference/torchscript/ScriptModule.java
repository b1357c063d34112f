package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A TorchScript module under construction: tensors by attribute name, and the text of its methods. Confined to one
 * thread.
 *
 * <p>Shapes live with the tensors, so the text depends on the structure of a network alone.
 */
public final class ScriptModule {
    /** Epsilon of every normalisation layer, as TorchScript text. */
    static final String NORM_EPS = "1.0000000000000001e-05";
    private static final String SELF = "self.";
    private static final String PACKED = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

    private final String name;
    private final Map<String, ScriptTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> attributeOf = new LinkedHashMap<>();
    private final StringBuilder methods = new StringBuilder();
    private final Set<String> methodNames = new HashSet<>();
    private final Map<String, List<Step>> preparations = new LinkedHashMap<>();
    private final Set<String> made = new HashSet<>();
    private final Set<String> packed = new LinkedHashSet<>();
    private final Predicate<String> learns;
    private final int inputs;
    private final Map<String, TrainedTensor> trained = new LinkedHashMap<>();
    private final Map<String, TrainedTensor> statistics = new LinkedHashMap<>();

    /** An empty module; {@code name} is a plain identifier. */
    public ScriptModule(String name) {
        this(name, label -> false, 0);
    }

    /**
     * An empty module some of whose weights are trained. Those are no attributes: they are elements of the variable
     * {@code w}, a list of tensors that the methods take as an argument.
     *
     * @param learns which weights are trained, by label
     * @param inputs tensors of a batch {@code x}, after which come those that its layers gather statistics in
     */
    public ScriptModule(String name, Predicate<String> learns, int inputs) {
        this.name = name;
        this.learns = learns;
        this.inputs = inputs;
    }

    /** Class name within {@code __torch__.dpros}. */
    public String name() {
        return name;
    }

    /** A weight as it is in the checkpoint: trained or stored. @return the expression that reads it */
    String weight(String label, TensorData tensor) {
        return learns(label)
                ? trained(TrainedTensor.of(label, tensor))
                : parameter(label, ScriptTensor.of(tensor));
    }

    /** Whether a weight is trained. */
    boolean learns(String label) {
        return learns.test(label);
    }

    /** A weight that {@link #learns is trained}, in a layout of its own. @return the expression that reads it, an element of {@code w} */
    String trained(TrainedTensor tensor) {
        trained.putIfAbsent(tensor.name(), tensor);
        return "w[" + List.copyOf(trained.keySet()).indexOf(tensor.name()) + "]";
    }

    /** The trained weights, in the order of {@code w}. */
    public List<TrainedTensor> trained() {
        return new ArrayList<>(trained.values());
    }

    /**
     * A statistic that a normalisation gathers while it is trained, and no gradient changes: an element of {@code x} after the
     * batch; stored if it is not trained. @return the expression that reads it
     */
    String statistic(String label, TensorData tensor) {
        if (!gathers(label)) {
            return parameter(label, ScriptTensor.of(tensor));
        }
        statistics.putIfAbsent(label, TrainedTensor.of(label, tensor));
        return "x[" + (inputs + List.copyOf(statistics.keySet()).indexOf(label)) + "]";
    }

    /** Whether a statistic is gathered. */
    boolean gathers(String label) {
        return learns.test(label);
    }

    /** What is gathered, in the order of {@code x} after the batch. */
    public List<TrainedTensor> statistics() {
        return new ArrayList<>(statistics.values());
    }

    /** Stores a tensor under a new attribute. @return the expression that reads it */
    public String parameter(String label, ScriptTensor tensor) {
        String known = attributeOf.get(label);
        if (known == null) {
            known = "p" + tensors.size();
            attributeOf.put(label, known);
            tensors.put(known, tensor);
        }
        return SELF + known;
    }

    /**
     * Adds a method.
     *
     * @param signature such as {@code denoise(x: Tensor, step: int) -> Tensor}, without {@code self}
     * @param body its statements, see {@link ScriptBody}
     */
    public void method(String signature, ScriptBody body) {
        int open = signature.indexOf('(');
        methodNames.add(signature.substring(0, open));
        methods.append("  def ").append(signature, 0, open).append("(self: __torch__.dpros.").append(name).append(",\n    ")
                .append(signature, open + 1, signature.length()).append(":\n")
                .append(body.text());
    }

    /** A tensor that a preparation makes out of the one that it prepares. @return the attribute, as the code names it */
    String made(String label) {
        String attribute = parameter(label, ScriptTensor.of(TensorData.of(new float[1], 1)));
        made.add(attribute.substring(SELF.length()));
        return attribute;
    }

    /**
     * A weight that a preparation packs for a product of bytes: no tensor, and nothing before. @return the attribute, as the code names it
     */
    String packed(String label) {
        String attribute = attributeOf.computeIfAbsent(label + " packed", key -> "q" + packed.size());
        packed.add(attribute);
        return SELF + attribute;
    }

    /** The attributes of {@link #packed weights}, in the order in which they were added. */
    Set<String> packed() {
        return Collections.unmodifiableSet(packed);
    }

    /** Whether a preparation makes this tensor: there is nothing of it to bring in. */
    public boolean isMade(String attribute) {
        return made.contains(attribute);
    }

    /**
     * A method {@code (unused: Tensor) -> Tensor} that brings one tensor from one layout into another.
     *
     * @param attribute the tensor's
     * @param method its name
     * @param count values of the tensor
     */
    public record Step(String attribute, String method, long count) {}

    /**
     * Adds what brings tensors into another layout: a method for each of them, so that never more than one is there twice.
     *
     * @param body its statements: temporaries and {@link #made} tensors, {@link #packed} weights, and then the attribute that they are of, again and again
     */
    void preparation(String preparation, ScriptBody body) {
        List<Step> steps = new ArrayList<>();
        ScriptBody one = new ScriptBody();
        for (String line : body.text().lines().map(String::strip).toList()) {
            one.line("%s", line);
            String assigned = line.startsWith(SELF) ? line.substring(SELF.length(), line.indexOf(' ')) : "";
            if (tensors.containsKey(assigned) && !isMade(assigned)) {
                one.result("torch.zeros([1])");
                String method = preparation + "_" + steps.size();
                steps.add(new Step(assigned, method, tensors.get(assigned).count()));
                method(method + "(unused: Tensor) -> Tensor", one);
                one = new ScriptBody();
            }
        }
        preparations.put(preparation, List.copyOf(steps));
    }

    /** What a preparation consists of, in order; nothing if there is none of that name. */
    public List<Step> preparation(String preparation) {
        return preparations.getOrDefault(preparation, List.of());
    }

    /** Whether it has a method of that name. */
    boolean has(String method) {
        return methodNames.contains(method);
    }

    /** Tensors by attribute, in the order in which they were added. */
    public Map<String, ScriptTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** The module's source, as {@code code/__torch__/dpros.py} holds it. */
    public String code() {
        StringBuilder text = new StringBuilder(1 << 14);
        text.append("class ").append(name).append("(Module):\n  __parameters__ = [");
        tensors.keySet().forEach(key -> text.append('"').append(key).append("\", "));
        text.append("]\n  __buffers__ = []\n");
        tensors.keySet().forEach(key -> text.append("  ").append(key).append(" : Tensor\n"));
        packed.forEach(key -> text.append("  ").append(key).append(" : Optional[").append(PACKED).append("]\n"));
        text.append("  training : bool\n");
        return text.append(methods).toString();
    }
}
