package dev.dpros.checkpoint;

import dev.dpros.checkpoint.PickleValues.Tensor;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.VisionConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A ResNet's weights as torchvision (ImageNet) or R3M publish them, as the image encoders of a policy: torch.save's state_dict,
 * or safetensors with torchvision's names. Executes nothing that the file contains. Stateless.
 */
public final class BackboneWeights {
    private static final String BACKBONE = "backbone.";
    private static final List<String> WRAPPED = List.of("r3m", "state_dict", "model");

    private BackboneWeights() {}

    /**
     * The tensors of all encoders' backbones, float32 and finite, in memory.
     *
     * @return by LeRobot's names without the {@code diffusion.} prefix
     * @throws InputException naming file and tensor if one is missing or of another shape, or if the encoders are no ResNet with
     *     BatchNorm, without which such weights mean nothing
     */
    public static Map<String, TensorData> read(Path file, PolicyConfig config) {
        VisionConfig vision = config.vision();
        boolean timm = vision != null && vision.backbone().timm();
        if (vision == null || vision.backbone() == VisionConfig.Backbone.CONV || vision.norm() != VisionConfig.Norm.BATCH && !timm) {
            throw InputException.of("backbone_weights", file.toString(), "a policy whose image encoder is a ResNet with BatchNorm or timm's vision transformer",
                    vision == null ? "no image encoder" : "another encoder, or GroupNorm", "set use_group_norm to false, or backbone_weights to null");
        }
        if (!Files.isRegularFile(file)) {
            throw InputException.of("backbone_weights", file.toString(), "the file of a pretrained "
                    + (timm ? TimmTensors.name(vision) : Names.of(LeRobotConfig.BACKBONES, vision.backbone())), "no such file",
                    "give it with --set backbone_weights=FILE, or begin at random with --set backbone_weights=null");
        }
        Map<String, TensorData> published = tensors(file);
        Map<String, TensorData> weights = new LinkedHashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> {
            if (name.startsWith("rgb_encoder.") && name.contains(BACKBONE)) {
                String part = name.substring(name.indexOf(BACKBONE) + BACKBONE.length());
                String own = timm ? part : torchvision(part);
                TensorData tensor = published.get(own);
                if (tensor == null || !tensor.shape().equals(shape)) {
                    throw InputException.of(file.toString(), Quoted.tensor(own), "shape " + shape,
                            tensor == null ? "no such tensor" : tensor.shape().toString(), "it is of another network");
                }
                weights.put(name, FloatTensors.finiteFloat32(file.toString(), own, tensor).inMemory());
            }
        });
        return weights;
    }

    /** {@code 4.0.conv1.weight} as {@code layer1.0.conv1.weight}. */
    private static String torchvision(String name) {
        int dot = name.indexOf('.');
        int child = Integer.parseInt(name.substring(0, dot));
        return (child == 0 ? "conv1" : child == 1 ? "bn1" : "layer" + (child - 3)) + name.substring(dot);
    }

    private static Map<String, TensorData> tensors(Path file) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        if (file.getFileName().toString().endsWith(".safetensors")) {
            Safetensors.read(file).forEach((name, tensor) -> tensors.put(plain(name), tensor));
            return tensors;
        }
        TorchArchive archive = TorchArchive.open(CheckpointFile.open(file));
        Object payload = archive.payload();
        for (String key : WRAPPED) {
            if (payload instanceof Map<?, ?> map && map.get(key) instanceof Map<?, ?> inner) {
                payload = inner;
            }
        }
        if (!(payload instanceof Map<?, ?> entries)) {
            throw InputException.of(file.toString(), "content", "a state_dict: tensors by name", "something else", "");
        }
        entries.forEach((name, value) -> {
            if (name instanceof String key && value instanceof Tensor tensor) {
                tensors.put(plain(key), archive.tensor(key, tensor));
            }
        });
        return tensors;
    }

    /** Without what DataParallel and R3M put before it. */
    private static String plain(String name) {
        String plain = name;
        for (String prefix : List.of("module.", "convnet.")) {
            plain = plain.startsWith(prefix) ? plain.substring(prefix.length()) : plain;
        }
        return plain;
    }
}
