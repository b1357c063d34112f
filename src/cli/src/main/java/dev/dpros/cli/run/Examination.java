package dev.dpros.cli.run;

import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.Finding;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.SystemClock;
import dev.dpros.doctor.Doctor;
import dev.dpros.doctor.FindingTable;
import dev.dpros.process.ExitCode;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Examines a robot and prints what was found: for {@code dpros doctor} and {@code dpros run --check}. */
final class Examination {
    private static final String NAME = "__name:=";

    private Examination() {}

    /** The arguments without the node's name: another node of a running node's name would end that. */
    static List<String> nameless(List<String> arguments) {
        return arguments.stream().filter(argument -> !argument.startsWith(NAME)).toList();
    }

    /**
     * Examines and prints.
     *
     * @param json where the findings are written, too; null for nowhere
     * @return the exit code: 1 if there is a fault
     */
    static int run(RobotConfig config, Doctor.Settings settings, NodeArguments arguments, @Nullable Path json, CommandSpec spec)
            throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        String name = config.node().name() + "_doctor_" + ProcessHandle.current().pid();
        List<Finding> findings = new Doctor(config, settings, new SystemClock()).examine(() -> arguments.connect(name, Map.of()),
                doing -> Verbosity.tell(spec, doing));
        out.print(FindingTable.text(findings, spec.usageMessage().width()));
        out.println(FindingTable.summary(findings));
        out.flush();
        if (json != null) {
            JsonFile.write(json, Map.of("findings", findings));
        }
        return findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.FAULT) ? ExitCode.FAILURE : 0;
    }

    /** Into which folders a run writes: what it is told to record and trace, else where it is started. */
    static List<Path> folders(RobotConfig config, @Nullable Path record) {
        List<Path> folders = new ArrayList<>();
        if (record != null) {
            folders.add(record);
        }
        if (!config.trace().file().isEmpty()) {
            Path parent = Path.of(config.trace().file()).toAbsolutePath().getParent();
            folders.add(parent == null ? Path.of("/") : parent);
        }
        return folders.isEmpty() ? List.of(Path.of("").toAbsolutePath()) : folders;
    }
}
