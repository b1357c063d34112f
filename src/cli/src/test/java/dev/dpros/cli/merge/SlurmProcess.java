package dev.dpros.cli.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.ros.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Debian's Slurm on loopback, for this user alone: one controller, one node of four processors, whatever the machine has. */
final class SlurmProcess implements AutoCloseable {
    private static final List<String> PROGRAMS = List.of("/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch", "/usr/bin/squeue");

    /** For what takes seconds on a machine that does nothing else. */
    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final Path folder;
    private final Path config;
    private final List<Process> daemons = new ArrayList<>();

    private SlurmProcess(Path folder) {
        this.folder = folder;
        config = folder.resolve("slurm.conf");
    }

    /** Skips the test, saying why, where Slurm is not installed. */
    static void assumeInstalled() {
        for (String program : PROGRAMS) {
            assumeTrue(Files.isExecutable(Path.of(program)), "Slurm is not installed: no " + program + " (slurmctld slurmd slurm-client)");
        }
    }

    /** Starts it. @param folder for all its files, empty */
    static SlurmProcess start(Path folder) throws IOException, InterruptedException {
        SlurmProcess slurm = new SlurmProcess(folder);
        for (String name : List.of("state", "spool")) {
            Files.createDirectories(folder.resolve(name));
        }
        slurm.configure();
        try {
            slurm.daemon("slurmctld", "-D", "-i", "-f", slurm.config.toString());
            slurm.daemon("slurmd", "-D", "-N", "node", "-f", slurm.config.toString());
            Await.until("an idle node", () -> slurm.run(Map.of(), "sinfo", "-h", "-o", "%T").strip().equals("idle"));
        } catch (RuntimeException | Error e) {
            System.err.println(slurm.logs());
            slurm.close();
            throw e;
        }
        return slurm;
    }

    private void configure() throws IOException {
        String host = InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
        String user = System.getProperty("user.name");
        Files.writeString(config, """
                ClusterName=test
                SlurmctldHost=%s(127.0.0.1)
                SlurmUser=%s
                SlurmdUser=%s
                AuthType=auth/none
                CredType=cred/none
                SlurmctldPort=%d
                SlurmdPort=%d
                StateSaveLocation=FOLDER/state
                SlurmdSpoolDir=FOLDER/spool
                SlurmctldPidFile=FOLDER/slurmctld.pid
                SlurmdPidFile=FOLDER/slurmd.pid
                SlurmdParameters=config_overrides
                ProctrackType=proctrack/linuxproc
                TaskPlugin=task/none
                SelectType=select/cons_tres
                SelectTypeParameters=CR_Core
                JobAcctGatherType=jobacct_gather/none
                MpiDefault=none
                ReturnToService=2
                KillWait=1
                SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
                NodeName=node NodeHostname=%s NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
                PartitionName=all Nodes=ALL Default=YES MaxTime=60 State=UP
                """.formatted(host, user, user, freePort(), freePort(), host).replace("FOLDER", folder.toString()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void daemon(String name, String... arguments) throws IOException {
        List<String> command = Stream.concat(Stream.of("/usr/sbin/" + name), Stream.of(arguments)).toList();
        daemons.add(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve(name + ".log").toFile()).start());
    }

    private String logs() {
        StringBuilder text = new StringBuilder();
        for (String name : List.of("slurmctld.log", "slurmd.log")) {
            try {
                text.append(name).append(": ").append(Files.readString(folder.resolve(name)));
            } catch (IOException e) {
                text.append(name).append(": ").append(e.getMessage());
            }
        }
        return text.toString();
    }

    /** Runs one of its programs; returns what it says. */
    private String run(Map<String, String> environment, String program, String... arguments) {
        try {
            ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("/usr/bin/" + program), Stream.of(arguments)).toList())
                    .directory(Path.of("").toAbsolutePath().toFile()).redirectErrorStream(true);
            builder.environment().put("SLURM_CONF", config.toString());
            builder.environment().putAll(environment);
            Process process = builder.start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Submits a job; returns its number. */
    String submit(Map<String, String> environment, String... arguments) {
        String id = run(environment, "sbatch", Stream.concat(Stream.of("--parsable"), Stream.of(arguments)).toArray(String[]::new)).strip();
        assertEquals(id.replaceAll("\\D", ""), id, "a job's number");
        return id;
    }

    /** Waits until no task of a job is queued or runs. */
    void awaitEnd(String job) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!over("-j", job)) {
            assertTrue(System.nanoTime() < deadlineNs, () -> "job " + job + " goes on: " + states(job) + logs());
            pause();
        }
    }

    private boolean over(String... which) {
        return run(Map.of(), "squeue", Stream.concat(Stream.of("-h", "-t", "PENDING,RUNNING,COMPLETING,CONFIGURING"), Stream.of(which))
                .toArray(String[]::new)).isBlank();
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How its tasks ended: {@code 0 COMPLETED}, one a line. */
    String states(String job) {
        return run(Map.of(), "squeue", "-h", "-j", job, "-t", "all", "-o", "%K %T").lines().sorted().map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    @Override
    public void close() {
        run(Map.of(), "scancel", "--user=" + System.getProperty("user.name"));
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (daemons.stream().allMatch(Process::isAlive) && !over() && System.nanoTime() < deadlineNs) {
            pause(); // what runs its tasks ends with them, as long as the controller is there to be told
        }
        for (Process daemon : daemons) {
            daemon.destroy();
        }
        for (Process daemon : daemons) {
            try {
                if (!daemon.waitFor(5, TimeUnit.SECONDS)) {
                    daemon.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                daemon.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
