package dev.dpros.inference.torchscript;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A TorchScript module under construction: tensors by attribute name, and the text of its methods. Confined to one
 * thread.
 *
 * <p>Shapes live with the tensors, so the text depends on the structure of a network alone.
 */
public final class ScriptModule {
    /** Epsilon of every normalisation layer, as TorchScript text. */
    static final String NORM_EPS = "1.0000000000000001e-05";

    private final String name;
    private final Map<String, ScriptTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> attributeOf = new LinkedHashMap<>();
    private final StringBuilder methods = new StringBuilder();

    /** An empty module; {@code name} is a plain identifier. */
    public ScriptModule(String name) {
        this.name = name;
    }

    /** Class name within {@code __torch__.dpros}. */
    public String name() {
        return name;
    }

    /** Stores a tensor under a new attribute. @return the expression that reads it */
    public String parameter(String label, ScriptTensor tensor) {
        String known = attributeOf.get(label);
        if (known == null) {
            known = "p" + tensors.size();
            attributeOf.put(label, known);
            tensors.put(known, tensor);
        }
        return "self." + known;
    }

    /**
     * Adds a method.
     *
     * @param signature such as {@code denoise(x: Tensor, step: int) -> Tensor}, without {@code self}
     * @param body its statements, see {@link ScriptBody}
     */
    public void method(String signature, ScriptBody body) {
        int open = signature.indexOf('(');
        methods.append("  def ").append(signature, 0, open).append("(self: __torch__.dpros.").append(name).append(",\n    ")
                .append(signature, open + 1, signature.length()).append(":\n")
                .append(body.text());
    }

    /** Tensors by attribute, in the order in which they were added. */
    Map<String, ScriptTensor> tensors() {
        return tensors;
    }

    /** The module's source, as {@code code/__torch__/dpros.py} holds it. */
    public String code() {
        StringBuilder text = new StringBuilder(1 << 14);
        text.append("class ").append(name).append("(Module):\n  __parameters__ = [");
        tensors.keySet().forEach(key -> text.append('"').append(key).append("\", "));
        text.append("]\n  __buffers__ = []\n");
        tensors.keySet().forEach(key -> text.append("  ").append(key).append(" : Tensor\n"));
        text.append("  training : bool\n");
        return text.append(methods).toString();
    }
}
