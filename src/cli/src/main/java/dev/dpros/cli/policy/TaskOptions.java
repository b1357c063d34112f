package dev.dpros.cli.policy;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.TaskFeatures;
import dev.dpros.checkpoint.TextTower;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.TextEncoder;
import dev.dpros.process.Archive;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options by which a policy is told its task. */
final class TaskOptions {
    @Option(names = "--task", paramLabel = "TEXT", description = "the task of a policy that is told one; its text tower, or that of --clip, "
            + "is evaluated once (docs/checkpoints.md)")
    private String text;

    @Option(names = "--clip", paramLabel = "DIR", description = "with --task: folder of CLIP with its tokenizer (vocab.json and merges.txt, or "
            + "tokenizer.json) and, if the policy has no text tower, model.safetensors; default: where transformers keeps it")
    private Path clip;

    @Option(names = "--task-features", paramLabel = "FILE", description = "instead of --task: what the text tower makes of the task, computed "
            + "elsewhere; safetensors with one tensor, whose name is the task's text")
    private Path file;

    /** Reads a policy, with its task if one is told. @throws InputException in one line, if options or files do not fit */
    PolicyDefinition read(Path policy) {
        TaskFeatures told = features(policy);
        return told == null ? PolicyReader.read(policy) : PolicyReader.read(policy, told);
    }

    private TaskFeatures features(Path policy) {
        if (text != null && file != null || clip != null && text == null) {
            throw new InputException("--task: expected --task with or without --clip, or --task-features, found "
                    + (text == null ? "--clip alone" : "both"));
        }
        if (text == null) {
            return file == null ? null : TaskFeatures.read(file);
        }
        Archive.requireWhole("--task");
        TextTower tower = TextTower.read(policy, clip);
        int[] tokens = TextEncoder.tokens(tower.tokenizer(), text, tower.longest());
        return TaskFeatures.of(text, TextEncoder.pooled(tower.tensors(), tower.layers(), tower.source(), tokens));
    }
}
