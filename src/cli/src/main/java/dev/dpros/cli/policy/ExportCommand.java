package dev.dpros.cli.policy;

import dev.dpros.cli.options.Numbers;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.export.ExportOptions;
import dev.dpros.export.PolicyExport;
import dev.dpros.inference.PolicySignature.Pictures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code dpros export}: a policy as a model of an inference server. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Write a policy as a model of an inference server that robots share (docs/fleet.md): encoders, all denoising steps and "
                + "the tie to the previous chunk in one archive, any scheduler, for any number of steps.",
        footer = {"", "Example: dpros export --format triton models/pusht_image /srv/models"})
public final class ExportCommand implements Callable<Integer> {
    private static final String FLOAT32 = "float32";

    /** Names of servers on the command line. */
    static final class Server implements ITypeConverter<PolicyExport.Format> {
        @Override
        public PolicyExport.Format convert(String text) {
            for (PolicyExport.Format format : PolicyExport.Format.values()) {
                if (name(format).equals(text.toLowerCase(Locale.ROOT))) {
                    return format;
                }
            }
            throw new TypeConversionException("expected triton or djl-serving, found '" + text + "'");
        }

        private static String name(PolicyExport.Format format) {
            return format.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Parameters(index = "0", paramLabel = "POLICY", description = "LeRobot directory or diffusion_policy .ckpt")
    private Path policy;

    @Parameters(index = "1", paramLabel = "REPO", description = "folder of the server's models, made if it is not there")
    private Path repository;

    @Option(names = "--format", converter = Server.class, required = true, paramLabel = "NAME", description = "server: triton or djl-serving")
    private PolicyExport.Format format;

    @Option(names = "--name", paramLabel = "MODEL", description = "name under which it is served (default: the policy's)")
    private String name;

    @Option(names = "--max-batch", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "8",
            description = "most requests that are computed together (default: ${DEFAULT-VALUE})")
    private int maxBatch;

    @Option(names = "--delay-us", converter = Numbers.Whole.class, paramLabel = "US", defaultValue = "2000",
            description = "how long a request waits for others, microseconds (default: ${DEFAULT-VALUE})")
    private int delayUs;

    @Option(names = "--pictures", paramLabel = "TYPE", defaultValue = "UINT8", description = "how pictures are sent: uint8, all that an 8-bit "
            + "camera has, or float32, for depth images of 16 bits (default: uint8)")
    private Pictures pictures;

    @Option(names = "--steps", converter = Numbers.Whole.class, paramLabel = "N", defaultValue = "0", description = "network evaluations of "
            + "every request, for djl-serving, which cannot tell requests of different numbers apart (default: the policy's own)")
    private int steps;

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = FLOAT32, description = "of weights and arithmetic: float32 is all "
            + "that an archive for any machine holds (default: ${DEFAULT-VALUE})")
    private String precision;

    @Mixin
    private TaskOptions task;

    @Option(names = "--overwrite", description = "replace an export of this name that is there already")
    private boolean force;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        requireFloat32();
        if (format == PolicyExport.Format.TRITON && steps != 0) {
            throw InputException.of("--steps", "option", "with djl-serving alone", "--format triton", "leave it out: Triton takes any number");
        }
        ExportOptions options = new ExportOptions(name == null ? defaultName() : name, maxBatch, delayUs, pictures, steps);
        PolicyDefinition definition = task.read(policy);
        PrintWriter out = spec.commandLine().getOut();
        try {
            Path folder = PolicyExport.write(definition, repository, format, options, force);
            out.printf(Locale.ROOT, "%s: written for %s, float32, up to %d requests together; its README.md has the request's fields%n", folder,
                    Server.name(format), maxBatch);
        } catch (IOException e) {
            throw new InputException(repository + ": cannot be written: " + e.getMessage(), e);
        }
        out.flush();
        return 0;
    }

    private void requireFloat32() {
        if (!precision.equals(FLOAT32)) {
            throw InputException.of("--precision", "name", FLOAT32, "'" + precision + "'",
                    "faster bfloat16 needs weights in the layout of one machine's processor, which an archive cannot hold");
        }
    }

    /** The policy's file or folder, what a model's name cannot hold left out. */
    private String defaultName() {
        Path last = Files.isDirectory(policy) ? policy.toAbsolutePath().normalize().getFileName() : policy.getFileName();
        String file = last == null ? "" : last.toString();
        return (file.endsWith(".ckpt") ? file.substring(0, file.length() - ".ckpt".length()) : file).replaceAll("[^A-Za-z0-9_.-]", "_");
    }
}
