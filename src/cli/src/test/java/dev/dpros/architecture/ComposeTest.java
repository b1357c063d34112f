package dev.dpros.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What docker compose starts listens on this machine alone. */
class ComposeTest {
    private static final String LOOPBACK = "127.0.0.1";

    @Test
    void shouldListenOnLoopbackAlone() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("docker"))) {
            List<Path> compose = files.filter(file -> file.getFileName().toString().matches("compose.*\\.ya?ml")).toList();
            assertFalse(compose.isEmpty());
            for (Path file : compose) {
                assertEquals(List.of(), open(Files.readString(file)), file.toString());
            }
        }
    }

    @Test
    void shouldFindWhatIsOpen() {
        assertEquals(List.of("a: port 8080:8080", "b: port 0.0.0.0:1:1", "c: port {target=80, published=80}", "d: network none of its own",
                "e: ROS_IP null", "f: roscpp's XML-RPC server listens on every interface", "g: --web.listen-address"), open("""
                services:
                  ok: {image: x, ports: ["127.0.0.1:1:1", {target: 80, host_ip: 127.0.0.1}]}
                  a: {image: x, ports: ["8080:8080"]}
                  b: {image: x, ports: ["0.0.0.0:1:1"]}
                  c: {image: x, ports: [{target: 80, published: 80}]}
                  d: {image: other, network_mode: host}
                  e: {image: "dpros:cpu", network_mode: host, entrypoint: [/opt/dpros/dpros]}
                  f: {image: "dpros:cpu", network_mode: host, entrypoint: [roscore], environment: {ROS_IP: 127.0.0.1}}
                  g: {image: "prom/prometheus:1", network_mode: host}
                """));
    }

    /** What of a compose file is open to other machines. */
    private static List<String> open(String text) {
        Map<?, ?> file = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        List<String> open = new ArrayList<>();
        ((Map<?, ?>) file.get("services")).forEach((name, service) -> {
            for (String reason : openOf((Map<?, ?>) service)) {
                open.add(name + ": " + reason);
            }
        });
        return open;
    }

    private static List<String> openOf(Map<?, ?> service) {
        List<String> open = new ArrayList<>();
        if (service.get("ports") instanceof List<?> ports) {
            for (Object port : ports) {
                boolean closed = port instanceof Map<?, ?> map ? LOOPBACK.equals(map.get("host_ip")) : port.toString().startsWith(LOOPBACK + ":");
                if (!closed) {
                    open.add("port " + port);
                }
            }
        }
        if ("host".equals(service.get("network_mode"))) {
            String reason = openOnHost(service);
            if (!reason.isEmpty()) {
                open.add(reason);
            }
        }
        return open;
    }

    /** Why a service on the machine's own network is open; empty if it is not. Programs are known by their image. */
    private static String openOnHost(Map<?, ?> service) {
        String image = service.get("image").toString().replaceFirst(":[^:]*$", "");
        Map<?, ?> environment = service.get("environment") instanceof Map<?, ?> map ? map : Map.of();
        List<?> command = service.get("command") instanceof List<?> list ? list : List.of();
        return switch (image) {
            case "dpros" -> {
                Object program = service.get("entrypoint") instanceof List<?> entry ? entry.get(0) : "roslaunch"; // the image's own
                boolean alone = List.of("rosmaster", "/opt/dpros/dpros").contains(program);
                yield !LOOPBACK.equals(environment.get("ROS_IP")) ? "ROS_IP " + environment.get("ROS_IP")
                        : alone ? "" : "roscpp's XML-RPC server listens on every interface"; // rosout, which roscore and roslaunch start
            }
            case "prom/prometheus" -> command.contains("--web.listen-address=" + LOOPBACK + ":9090") ? "" : "--web.listen-address";
            case "grafana/grafana" -> LOOPBACK.equals(environment.get("GF_SERVER_HTTP_ADDR")) ? "" : "GF_SERVER_HTTP_ADDR";
            default -> "network none of its own";
        };
    }
}
