package dev.dpros.cli;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import picocli.CommandLine;

/**
 * A process with a small limit of open files, all of them taken but a few: runs commands with so many left, and says how
 * each ended. Arguments: a folder, a zarr data set, the text of a robot's configuration.
 */
final class OutOfFilesChild {
    private static final int MOST_LEFT = 4;

    private OutOfFilesChild() {}

    public static void main(String[] args) throws IOException {
        if (OpenFiles.tooFew() != null) {
            throw new IllegalStateException(OpenFiles.tooFew());
        }
        Path folder = Path.of(args[0]);
        String zarr = args[1];
        String rec = folder.resolve("rec").toString();
        run("dataset", "import", zarr, "--output", rec);
        String lerobot = folder.resolve("lerobot").toString();
        run("dataset", "export", rec, "--format", "lerobot", "-o", lerobot);
        String bags = folder.resolve("bags").toString();
        run("dataset", "export", rec, "--format", "bag", "-o", bags);
        for (String data : List.of(zarr, rec, lerobot)) {
            starve("dataset", "info", data);
            starve("dataset", "verify", data);
        }
        for (String format : List.of("lerobot", "zarr", "bag")) {
            starve("dataset", "export", rec, "--format", format, "-o", folder + "/NEW");
        }
        starve("dataset", "import", zarr, "--output", folder + "/NEW");
        starve("dataset", "import", bags + "/episode_000000.bag", "--map", "/image=observation.image", "--output", folder + "/NEW");
        starve("import", "models/pusht_keypoints", folder + "/NEW");
        starve("inspect", "--no-latency", "models/pusht_keypoints");
        starve("run", "--config", args[2], "__master:=http://localhost:1");
        starve("record", "--config", args[2], "--output", folder + "/NEW", "__master:=http://localhost:1");
        System.out.println("GUARDED\t" + refuses(0) + "\t" + refuses(8) + "\t" + refuses(64));
        System.out.println("COMPLETE");
        System.exit(0);
    }

    private static String run(String... command) {
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine().setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
        String code;
        try {
            code = String.valueOf(line.execute(command));
        } catch (Throwable e) {
            code = e.toString();
        }
        return code + "\t" + err.toString().strip().replace("\n", "\\n") + "\t" + out.toString().strip().replace("\n", "\\n");
    }

    /** Once with all, so that the classes are there, and then with ever more files left. */
    private static void starve(String... command) {
        run(fresh(-1, command));
        for (int left = 0; left <= MOST_LEFT; left++) {
            String[] now = fresh(left, command);
            Deque<FileInputStream> taken = new ArrayDeque<>();
            takeAll(taken);
            for (int i = 0; i < left; i++) {
                give(taken.pop());
            }
            String ended = run(now);
            taken.forEach(OutOfFilesChild::give);
            System.out.println("ENDED\t" + String.join(" ", command) + "\t" + left + "\t" + ended);
        }
    }

    /** Whether a native library is kept from opening a file with so many left. */
    private static boolean refuses(int left) {
        Deque<FileInputStream> taken = new ArrayDeque<>();
        takeAll(taken);
        for (int i = 0; i < left; i++) {
            give(taken.pop());
        }
        try {
            OpenFiles.requireSome("a file");
            return false;
        } catch (InputException e) {
            return e.getMessage().equals("a file: Too many open files");
        } finally {
            taken.forEach(OutOfFilesChild::give);
        }
    }

    /** A native library that could open nothing may have closed a number that was not its own: gone is gone. */
    private static void give(FileInputStream file) {
        try {
            file.close();
        } catch (IOException e) {
            System.err.println("closed by another: " + e.getMessage());
        }
    }

    /** The same command with a folder of its own to write to. */
    private static String[] fresh(int number, String... command) {
        String[] own = command.clone();
        for (int i = 0; i < own.length; i++) {
            own[i] = own[i].replace("NEW", "new_" + Math.abs(String.join(" ", command).hashCode()) + "_" + number);
        }
        return own;
    }

    private static void takeAll(Deque<FileInputStream> taken) {
        try {
            while (true) {
                taken.push(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            if (!Files.exists(Path.of("/dev/null"))) {
                throw new IllegalStateException(e);
            }
        }
    }
}
