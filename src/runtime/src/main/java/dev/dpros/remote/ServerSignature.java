package dev.dpros.remote;

import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.PolicySignature;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares what a server's model says of itself with the exports that a policy can have. Stateless. */
final class ServerSignature {
    private ServerSignature() {}

    /**
     * How to put chunks on the wire for this model.
     *
     * @param used the way in use, which stays if it fits
     * @throws RemoteFailure if the model is no export of this policy, with the first difference
     */
    static PolicyWire wire(PolicyDefinition definition, PolicyWire used, Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs)
            throws RemoteFailure {
        String difference = difference(used.signature(), inputs, outputs);
        if (difference == null) {
            return used;
        }
        for (PolicySignature.Pictures pictures : PolicySignature.Pictures.values()) {
            PolicySignature other = with(definition, pictures, used.signature().hash());
            if (difference(other, inputs, outputs) == null) {
                return new PolicyWire(definition, other);
            }
        }
        throw RemoteFailure.answer("the model is no export of " + definition.source() + ": " + difference);
    }

    /** Without reading the weights again. */
    private static PolicySignature with(PolicyDefinition definition, PolicySignature.Pictures pictures, String hash) {
        PolicySignature same = PolicySignature.of(new PolicyDefinition(definition.config(), Map.of(), Map.of(), definition.source()), pictures);
        return new PolicySignature(same.inputs(), same.outputs(), hash);
    }

    private static @Nullable String difference(PolicySignature signature, Map<String, TensorSpec> inputs, Map<String, TensorSpec> outputs) {
        String found = difference("input", signature.inputs(), inputs);
        return found != null ? found : difference("output", signature.outputs(), outputs);
    }

    private static @Nullable String difference(String what, List<PolicySignature.Tensor> expected, Map<String, TensorSpec> found) {
        Map<String, TensorSpec> left = new HashMap<>(found);
        for (PolicySignature.Tensor tensor : expected) {
            TensorSpec wanted = new TensorSpec(tensor.name(), TensorType.valueOf(tensor.type().name()), batched(tensor.shape()));
            TensorSpec is = left.remove(tensor.name());
            if (is == null || !alike(wanted, is)) {
                return what + " '" + tensor.name() + "': expected " + wanted.words() + ", found " + (is == null ? "none" : is.words());
            }
        }
        return left.isEmpty() ? null : "unexpected " + what + " " + left.keySet();
    }

    private static List<Long> batched(List<Integer> shape) {
        List<Long> all = new ArrayList<>();
        all.add(-1L);
        shape.forEach(size -> all.add((long) size));
        return all;
    }

    /** A dimension that either side leaves open fits. */
    private static boolean alike(TensorSpec a, TensorSpec b) {
        if (a.type() != b.type() || a.shape().size() != b.shape().size()) {
            return false;
        }
        for (int i = 0; i < a.shape().size(); i++) {
            long one = a.shape().get(i);
            long other = b.shape().get(i);
            if (one != other && one != -1 && other != -1) {
                return false;
            }
        }
        return true;
    }
}
