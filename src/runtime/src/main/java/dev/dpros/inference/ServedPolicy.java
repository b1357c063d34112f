package dev.dpros.inference;

import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.ServedScript;
import dev.dpros.inference.torchscript.TorchScriptArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * A policy as one archive whose {@code forward} draws chunks on an inference server: its arguments and results are those of a
 * {@link PolicySignature}. In plain float32 operators, as {@link NetworkLayout#ORIGINAL} here, so that any libtorch can run it on any
 * device. Needs no native library. Stateless.
 */
public final class ServedPolicy {
    private ServedPolicy() {}

    /**
     * Writes the archive.
     *
     * @param signature of this policy
     * @param extra files that it carries along, by name
     * @throws dev.dpros.core.InputException if the weights do not fit the configuration
     * @throws IOException if the stream fails; what was written is then of no use
     */
    public static void write(PolicyDefinition policy, PolicySignature signature, Map<String, String> extra, OutputStream out)
            throws IOException {
        boolean bytes = signature.pictures(policy.config()) == Pictures.UINT8;
        ScriptModule module = ServedScript.of(policy, signature.inputs().stream().map(PolicySignature.Tensor::name).toList(), bytes,
                TaskConditioning.of(policy), PolicyHash.ints(signature.hash()));
        TorchScriptArchive.writeWhole(module, extra, out);
    }
}
