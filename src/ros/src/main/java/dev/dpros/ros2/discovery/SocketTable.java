package dev.dpros.ros2.discovery;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Which ports are open on this machine, as Linux lists them below {@code /proc/net}; none where it does not. Stateless but for the folder. */
final class SocketTable {
    /** Lines read of one table. */
    private static final int MOST_LINES = 100_000;
    private static final String LISTENS = "0A";

    private final Path folder;

    /** @param folder {@code /proc/net}, or a test's */
    SocketTable(Path folder) {
        this.folder = folder;
    }

    /** UDP ports that somebody has open. */
    Set<Integer> udp() {
        Set<Integer> ports = new TreeSet<>();
        read("udp", false, ports);
        return ports;
    }

    /** TCP ports on which somebody waits for connections. */
    Set<Integer> tcpListeners() {
        Set<Integer> ports = new TreeSet<>();
        read("tcp", true, ports);
        read("tcp6", true, ports);
        return ports;
    }

    private void read(String table, boolean listening, Set<Integer> ports) {
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(table), StandardCharsets.ISO_8859_1)) {
            int count = 0;
            for (String line = lines.readLine(); line != null && count < MOST_LINES; line = lines.readLine(), count++) {
                String[] columns = line.strip().split("\\s+");
                int colon = columns.length < 4 ? -1 : columns[1].lastIndexOf(':');
                if (colon >= 0 && columns[1].substring(colon + 1).matches("[0-9A-Fa-f]{1,4}") && (!listening || columns[3].equals(LISTENS))) {
                    ports.add(Integer.parseInt(columns[1].substring(colon + 1), 16));
                }
            }
        } catch (IOException e) {
            // not Linux, or not to be read here: nothing can be said
        }
    }
}
