package dev.dpros.export;

import dev.dpros.inference.PolicySignature;
import java.util.Locale;

/** The text of Triton's {@code config.pbtxt}, a ModelConfig. Stateless. */
final class TritonConfig {
    private TritonConfig() {}

    /** @param metadata what a robot reads back, as the parameter {@code dpros} */
    static String of(PolicySignature signature, ExportOptions options, String metadata) {
        StringBuilder text = new StringBuilder();
        line(text, "name: %s", quoted(options.model()));
        line(text, "backend: \"pytorch\"");
        line(text, "default_model_filename: \"model.pt\"");
        line(text, "max_batch_size: %d", options.maxBatch());
        signature.inputs().forEach(tensor -> tensor(text, "input", tensor));
        signature.outputs().forEach(tensor -> tensor(text, "output", tensor));
        line(text, "dynamic_batching { max_queue_delay_microseconds: %d }", options.delayUs());
        line(text, "instance_group [ { kind: KIND_AUTO count: 1 } ]");
        // without the optimising executor no request waits for a shape to be compiled
        parameter(text, "DISABLE_OPTIMIZED_EXECUTION", "true");
        parameter(text, "ENABLE_JIT_PROFILING", "false");
        parameter(text, "INFERENCE_MODE", "true");
        parameter(text, "dpros", metadata);
        return text.toString();
    }

    private static void tensor(StringBuilder text, String field, PolicySignature.Tensor tensor) {
        line(text, "%s [ { name: %s data_type: TYPE_%s dims: %s } ]", field, quoted(tensor.name()), tensor.type(), tensor.shape());
    }

    private static void parameter(StringBuilder text, String key, String value) {
        line(text, "parameters { key: %s value { string_value: %s } }", quoted(key), quoted(value));
    }

    private static void line(StringBuilder text, String format, Object... args) {
        text.append(String.format(Locale.ROOT, format, args)).append('\n');
    }

    /** A string of ASCII characters in protobuf's text format. */
    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
