package dev.dpros.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where LeRobot and torch keep what a training configuration gives by a name alone. Nothing is downloaded: what is not there
 * is named with its place when it is to be read. Stateless.
 */
final class HubPaths {
    private static final String REPOSITORY = "[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*";
    /** torchvision's files, by network and the name of its weights; DEFAULT is the newest of them. */
    private static final Map<String, Map<String, String>> IMAGENET = Map.of(
            "resnet18", Map.of("IMAGENET1K_V1", "resnet18-f37072fd.pth", "DEFAULT", "resnet18-f37072fd.pth"),
            "resnet34", Map.of("IMAGENET1K_V1", "resnet34-b627a593.pth", "DEFAULT", "resnet34-b627a593.pth"),
            "resnet50", Map.of("IMAGENET1K_V1", "resnet50-0676ba61.pth", "IMAGENET1K_V2", "resnet50-11ad3fa6.pth",
                    "DEFAULT", "resnet50-11ad3fa6.pth"));
    private static final Map<String, String> R3M = Map.of("resnet18", "r3m_18", "resnet34", "r3m_34", "resnet50", "r3m_50");

    private HubPaths() {}

    /** The folder of a data set that is given by its name on the hub. @throws dev.dpros.core.InputException if it is no such name */
    static String dataset(ConfigNode repository) {
        String name = repository.text();
        if (!name.matches(REPOSITORY) || name.contains("..")) {
            throw repository.wrong("OWNER/NAME, or dataset.root: the folder of the data set");
        }
        return environment("HF_LEROBOT_HOME", environment("HF_HOME", home(".cache/huggingface")).resolve("lerobot")).resolve(name).toString();
    }

    /** The folder in which transformers keeps a model: the newest that it has looked up, or where that would be. */
    static Path repository(String name) {
        Path cache = environment("HF_HUB_CACHE", environment("HF_HOME", home(".cache/huggingface")).resolve("hub"));
        Path model = cache.resolve("models--" + name.replace("/", "--"));
        try {
            String revision = Files.readString(model.resolve("refs/main")).strip();
            return revision.matches("[0-9a-f]{40}") ? model.resolve("snapshots").resolve(revision) : model;
        } catch (IOException e) {
            return model;
        }
    }

    /**
     * Puts the file of pretrained weights into a training's settings, if the configuration asks for some.
     *
     * @param backbone torchvision's name of the network
     * @param weights ResNet18_Weights.IMAGENET1K_V1, IMAGENET1K_V1, IMAGENET1K_V2, DEFAULT, r3m, or absent
     */
    static void backbone(String backbone, ConfigNode weights, Map<String, Object> settings) {
        String name = weights.text("");
        String published = name.substring(name.lastIndexOf('.') + 1);
        String file = IMAGENET.getOrDefault(backbone, Map.of()).get(published);
        if (name.isEmpty()) {
            return;
        }
        if (published.equalsIgnoreCase("r3m") && R3M.containsKey(backbone)) {
            settings.put("backbone_weights", home(".r3m").resolve(R3M.get(backbone)).resolve("model.pt").toString());
        } else if (file != null) {
            Path torch = environment("TORCH_HOME", home(".cache/torch"));
            settings.put("backbone_weights", torch.resolve("hub/checkpoints").resolve(file).toString());
        } else {
            throw weights.wrong("IMAGENET1K_V1 or r3m of resnet18, resnet34 or resnet50, IMAGENET1K_V2 of resnet50, or null");
        }
    }

    private static Path environment(String variable, Path otherwise) {
        String value = System.getenv(variable);
        return value == null || value.isEmpty() ? otherwise : Path.of(value);
    }

    private static Path home(String folder) {
        return Path.of(System.getProperty("user.home")).resolve(folder);
    }
}
