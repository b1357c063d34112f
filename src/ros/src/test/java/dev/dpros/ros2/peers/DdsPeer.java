package dev.dpros.ros2.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Programs on other DDS implementations, built from sources of the tests with Debian's packages: they speak as ROS 2's middleware
 * does. A test that wants one is skipped where its packages are missing, and fails there with {@code DPROS_PEERS=local}.
 */
public enum DdsPeer {
    /** Cyclone DDS, as rmw_cyclonedds since Iron. */
    CYCLONE("cyclonedds-dev, cyclonedds-tools and gcc", List.of("/usr/bin/idlc", "/usr/bin/gcc"), "/usr/include/dds/dds.h",
            "idlc -DGID_BYTES=16 ros.idl && gcc -O1 -DGID_BYTES=16 -o peer cyclone.c ros.c -lddsc", "cyclone.c", "ros.idl"),
    /** Cyclone DDS, as rmw_cyclonedds of Humble. */
    HUMBLE("cyclonedds-dev, cyclonedds-tools and gcc", List.of("/usr/bin/idlc", "/usr/bin/gcc"), "/usr/include/dds/dds.h",
            "idlc -DGID_BYTES=24 ros.idl && gcc -O1 -DGID_BYTES=24 -o peer cyclone.c ros.c -lddsc", "cyclone.c", "ros.idl"),
    /** Fast DDS, as rmw_fastrtps. */
    FAST("libfastrtps-dev and g++", List.of("/usr/bin/g++"), "/usr/include/fastdds/dds/domain/DomainParticipant.hpp",
            "g++ -O0 -o peer fast.cpp -lfastrtps", "fast.cpp"),
    /** Cyclone DDS with images and joint states, and what makes it lose packets. */
    CYCLONE_STREAM("cyclonedds-dev, cyclonedds-tools and gcc", List.of("/usr/bin/idlc", "/usr/bin/gcc"), "/usr/include/dds/dds.h",
            "idlc messages.idl && gcc -O1 -o peer stream.c messages.c -lddsc && gcc -O1 -shared -fPIC -o drop.so drop.c -ldl",
            "stream.c", "messages.idl", "drop.c"),
    /** Fast DDS with the same. */
    FAST_STREAM("libfastrtps-dev and g++", List.of("/usr/bin/g++"), "/usr/include/fastdds/dds/domain/DomainParticipant.hpp",
            "g++ -O1 -o peer stream.cpp -lfastrtps && g++ -O1 -shared -fPIC -x c -o drop.so drop.c -ldl", "stream.cpp", "drop.c");

    private static final int BUILD_MINUTES = 10;
    private static final URI UNUSED = URI.create("http://127.0.0.1:1/");

    private final String packages;
    private final List<String> tools;
    private final String header;
    private final String build;
    private final List<String> sources;
    private Path program;

    DdsPeer(String packages, List<String> tools, String header, String build, String... sources) {
        this.packages = packages;
        this.tools = tools;
        this.header = header;
        this.build = build;
        this.sources = List.of(sources);
    }

    /** Starts the program in a domain with its own default configuration, or skips the test. */
    public RosTool start(int domain, String mode, String... arguments) {
        return start(Map.of(), domain, mode, arguments);
    }

    /** As {@link #start(int, String, String...)}, with further environment. */
    public RosTool start(Map<String, String> environment, int domain, String mode, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program().toString(), mode, Integer.toString(domain)));
        command.addAll(List.of(arguments));
        RosTool tool = RosTool.start(UNUSED, environment, command);
        tool.awaitLine("ready");
        return tool;
    }

    /** As {@link #start(int, String, String...)}, losing so many of a thousand packets that it sends or receives. */
    public RosTool startLosing(int perMille, int domain, String mode, String... arguments) {
        Map<String, String> environment = Map.of("LD_PRELOAD", program().resolveSibling("drop.so").toString(), "DROP_PER_MILLE", Integer.toString(perMille));
        return start(perMille == 0 ? Map.of() : environment, domain, mode, arguments);
    }

    private synchronized Path program() {
        boolean installed = tools.stream().allMatch(tool -> Files.isExecutable(Path.of(tool))) && Files.exists(Path.of(header));
        if ("local".equals(System.getenv("DPROS_PEERS")) && !installed) {
            throw new AssertionError("DPROS_PEERS=local, but not installed: " + packages);
        }
        assumeTrue(installed, "not installed: " + packages);
        if (program == null) {
            program = built();
        }
        return program;
    }

    private Path built() {
        try {
            StringBuilder all = new StringBuilder(build);
            Path directory = Path.of("target", "ros2-peers", name().toLowerCase(java.util.Locale.ROOT)).toAbsolutePath();
            Files.createDirectories(directory);
            for (String source : sources) {
                try (InputStream in = DdsPeer.class.getResourceAsStream("/dev/dpros/ros2/peers/" + source)) {
                    byte[] text = in.readAllBytes();
                    Files.write(directory.resolve(source), text);
                    all.append(new String(text, StandardCharsets.UTF_8));
                }
            }
            Path mark = directory.resolve("built");
            String now = HexFormat.of().toHexDigits(all.toString().hashCode());
            if (!Files.exists(mark) || !Files.readString(mark).equals(now)) {
                Process process = new ProcessBuilder("bash", "-c", build).directory(directory.toFile()).redirectErrorStream(true)
                        .redirectOutput(directory.resolve("build.log").toFile()).start();
                if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                    throw new AssertionError("not built: " + Files.readString(directory.resolve("build.log")));
                }
                Files.writeString(mark, now);
            }
            return directory.resolve("peer");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
