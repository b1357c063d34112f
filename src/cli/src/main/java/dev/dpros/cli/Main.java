package dev.dpros.cli;

import dev.dpros.cli.audit.AuditCommand;
import dev.dpros.cli.bench.BenchCommand;
import dev.dpros.cli.dataset.DatasetCommand;
import dev.dpros.cli.demo.DemoCommand;
import dev.dpros.cli.evaluate.CollectCommand;
import dev.dpros.cli.evaluate.EvalCommand;
import dev.dpros.cli.evaluate.FanCommand;
import dev.dpros.cli.faults.FaultsCommand;
import dev.dpros.cli.merge.MergeCommand;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.cli.policy.ExportCommand;
import dev.dpros.cli.policy.ImportCommand;
import dev.dpros.cli.policy.InspectCommand;
import dev.dpros.cli.policy.PrecisionCommand;
import dev.dpros.cli.policy.PredictCommand;
import dev.dpros.cli.record.RecordCommand;
import dev.dpros.cli.run.DoctorCommand;
import dev.dpros.cli.run.RunCommand;
import dev.dpros.cli.setup.InitCommand;
import dev.dpros.cli.setup.InitTrainingCommand;
import dev.dpros.cli.sim.MasterCommand;
import dev.dpros.cli.sim.SimCommand;
import dev.dpros.cli.top.TopCommand;
import dev.dpros.cli.trace.TraceCommand;
import dev.dpros.cli.train.DistillCommand;
import dev.dpros.cli.train.TrainCommand;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.OpenFiles;
import dev.dpros.core.ShutDownException;
import dev.dpros.inference.DeviceFault;
import dev.dpros.process.Archive;
import dev.dpros.process.ExitCode;
import dev.dpros.process.Lifecycle;
import dev.dpros.process.NativeExit;
import dev.dpros.process.ProductVersion;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code dpros} command line. Exit codes: 0 success, 1 failure or internal error, 2 bad input, 3 accelerator lost, 4 control thread dead. */
@Command(
        name = "dpros",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Diffusion Policy for ROS, in real time.",
        subcommands = {DemoCommand.class, InitCommand.class, DoctorCommand.class, RunCommand.class, RecordCommand.class,
            InitTrainingCommand.class, TrainCommand.class, DistillCommand.class, EvalCommand.class, MergeCommand.class, FanCommand.class,
            CollectCommand.class, SimCommand.class, MasterCommand.class, TopCommand.class,
            DatasetCommand.class, BenchCommand.class, AuditCommand.class, FaultsCommand.class, TraceCommand.class,
            ImportCommand.class, InspectCommand.class, PrecisionCommand.class, PredictCommand.class,
            ExportCommand.class, CompletionCommand.class, CommandLine.HelpCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Try: dpros demo", "Exit codes: 0 success, 1 failure, 2 bad input."})
public final class Main {
    private static final String WITHOUT_COMMAND = "Missing required subcommand";

    @Mixin
    private Verbosity verbosity = new Verbosity();

    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT); // numbers, names of files and of enums are the same wherever the user lives
        System.setProperty("org.bytedeco.javacpp.logger", "slf4j"); // its lines go where ours go (logback.xml)
        String tooFew = OpenFiles.tooFew();
        if (tooFew != null) {
            System.err.println("dpros: " + tooFew);
            System.exit(ExitCode.BAD_INPUT);
        }
        int code = execute(args);
        Lifecycle.awaitEndOfProcess();
        if (code == ExitCode.DEVICE_LOST || code == ExitCode.LOOP_DIED) {
            NativeExit.exit(code);
        }
        System.exit(code);
    }

    /** Memory that runs out is no crash: one line, what was being asked for and how to give more. */
    private static int execute(String[] args) {
        try {
            return commandLine().execute(MiddlewareArguments.last(args));
        } catch (OutOfMemoryError e) {
            System.err.println("dpros: out of memory: " + e.getMessage() + "; give more, for example DPROS_JAVA_OPTS='-Xmx8g "
                    + "-XX:MaxDirectMemorySize=16g' (heap now " + (Runtime.getRuntime().maxMemory() >> 20) + " MB)");
            return ExitCode.FAILURE;
        }
    }

    /** The command line with its error handling; for tests too. */
    public static CommandLine commandLine() {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setParameterExceptionHandler(Main::badUsage);
        line.setExecutionExceptionHandler(Main::failed);
        line.setExecutionStrategy(main::run);
        return line;
    }

    private static int badUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        if (args.length == 0) {
            command.usage(err);
            return ExitCode.BAD_INPUT;
        }
        err.println("dpros: " + message(e, command.getCommandSpec(), args) + " (see '"
                + command.getCommandSpec().qualifiedName() + " --help')");
        return ExitCode.BAD_INPUT;
    }

    private static String message(ParameterException e, CommandSpec spec, String[] args) {
        for (String arg : args) {
            if (arg.startsWith("--") && !arg.equals("--") && spec.findOption(arg.split("=")[0]) == null) {
                return unknownOption(arg, spec);
            }
        }
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
            String found = unmatched.getUnmatched().get(0);
            if (found.startsWith("-")) {
                return unknownOption(found, spec);
            }
            return spec.subcommands().isEmpty() ? "unexpected argument '" + found + "'"
                    : "unknown command '" + found + "'" + NearestName.hint(found, spec.subcommands().keySet());
        }
        String first = e.getMessage().lines().findFirst().orElse("bad usage");
        return first.startsWith(WITHOUT_COMMAND) ? "a command is missing: one of " + String.join(", ", commands(spec))
                : first.replace("option option", "option");
    }

    private static List<String> commands(CommandSpec spec) {
        return spec.subcommands().entrySet().stream().filter(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey).toList();
    }

    private static String unknownOption(String found, CommandSpec spec) {
        List<String> valid = new ArrayList<>();
        spec.options().forEach(option -> valid.add(option.longestName()));
        return "unknown option '" + found + "'" + NearestName.hint(found.split("=")[0], valid);
    }

    /**
     * A library or a class that cannot be opened for want of a file, or that this archive leaves out, is an Error, which the
     * exception handler would not see.
     */
    private int run(CommandLine.ParseResult parsed) {
        try {
            verbosity.apply(parsed.commandSpec());
            return new CommandLine.RunLast().execute(parsed);
        } catch (LinkageError | InternalError e) {
            String why = OpenFiles.ranOut(e);
            if (why == null && e instanceof NoClassDefFoundError && Archive.robots()) {
                List<CommandLine> commands = parsed.asCommandLineList();
                why = Archive.leftOut(commands.get(commands.size() - 1).getCommandSpec().qualifiedName().replaceFirst("^dpros ", ""));
            }
            if (why == null) {
                throw e;
            }
            throw new CommandLine.ExecutionException(parsed.commandSpec().commandLine(), why, new InputException(why, e));
        }
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        Lifecycle.awaitEndOfProcess();
        if (Verbosity.verbose(command.getCommandSpec())) {
            e.printStackTrace(command.getErr());
        }
        String ranOut = OpenFiles.ranOut(e);
        if (ranOut != null) {
            command.getErr().println("dpros: " + ranOut);
            return ExitCode.BAD_INPUT;
        }
        if (e instanceof InputException) {
            command.getErr().println("dpros: " + e.getMessage());
            return ExitCode.BAD_INPUT;
        }
        if (DeviceFault.is(e)) {
            command.getErr().println("dpros: " + DeviceFault.line(e));
            return ExitCode.DEVICE_LOST;
        }
        if (e instanceof ShutDownException) {
            command.getErr().println("dpros: " + e.getMessage());
            return ExitCode.FAILURE;
        }
        command.getErr().println("dpros: internal error: " + e.toString().lines().findFirst().orElse("") + " (once more with -v for the details)");
        return ExitCode.FAILURE;
    }

    /** Version from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {ProductVersion.text()};
        }
    }
}
