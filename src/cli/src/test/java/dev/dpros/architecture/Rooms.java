package dev.dpros.architecture;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rooms of the house: packages by task, each with the rooms it may use. A room owns its package and all below it that
 * are no room of their own. Bottom first: a room uses none that stands after it.
 */
final class Rooms {
    static final String ROOT = "dev.dpros.";

    /** Room, then what it may use. */
    private static final String TABLE = """
            core:
            messages: core
            observation: core
            diffusion: core
            inference: core diffusion
            remote: core diffusion inference
            safety: core
            control: core safety
            ros.names: core
            http:
            ros.xmlrpc: core http
            ros.message: core
            ros2.message: core ros.message
            ros2.names: core
            ros2.wire: core
            ros2.rtps: core ros2.wire
            ros2.discovery: core ros2.wire ros2.rtps
            ros2.node: core ros2.message ros2.names ros2.wire ros2.rtps ros2.discovery
            ros.tcpros: core ros.message
            ros.node: core ros.names ros.xmlrpc ros.message ros.tcpros
            ros.master: core ros.xmlrpc
            sim: core
            recording: core
            datasets: core recording
            checkpoint: core diffusion
            export: core diffusion inference
            training: core diffusion inference sim datasets
            metrics: core http
            dataview: core http datasets metrics
            config: core observation diffusion inference remote safety control
            process: core
            shard: core process
            transports: core ros.names ros.message ros.node ros.master process ros2.message ros2.discovery ros2.names ros2.node
            training.run: core diffusion inference sim datasets checkpoint training config
            training.setup: core diffusion datasets checkpoint
            node.observer: core inference control
            node.outputs: core messages observation remote safety control config process
            node.trace: core observation inference safety control recording config node.observer
            node.page: core messages observation diffusion inference remote safety control recording metrics config process node.observer node.outputs
            node.record: core messages observation recording datasets config process
            node.audit: core messages safety control recording datasets config node.record
            node: core messages observation diffusion inference remote safety control metrics config process \
            node.observer node.outputs node.trace node.page
            node.telemetry: core observation inference remote safety control recording metrics config process node.outputs node.page \
            node.record node
            doctor: core observation diffusion inference remote safety control checkpoint config node.outputs node
            setup: core messages observation diffusion checkpoint config process
            simnode: core messages observation sim
            study: core diffusion inference safety control sim checkpoint process
            faults: core messages diffusion inference safety control recording checkpoint metrics config \
            process transports node.outputs node simnode
            bench: core messages observation diffusion inference checkpoint
            cli.options: core diffusion datasets config transports shard
            cli.run: core inference control recording checkpoint config process \
            node.page node.record node node.telemetry doctor cli.options
            cli.record: core recording config process node.record cli.options
            cli.sim: core sim process transports simnode cli.options
            cli.demo: core checkpoint config process node simnode bench cli.options
            cli.dataset: core recording datasets dataview config process shard transports node.record cli.options
            cli.train: core diffusion inference datasets checkpoint training config training.run process transports node.record \
            cli.options
            cli.evaluate: core diffusion inference sim datasets checkpoint training config process shard study cli.options
            cli.merge: core shard cli.dataset cli.evaluate cli.options
            cli.policy: core diffusion inference checkpoint export process bench cli.options
            cli.faults: core config process faults cli.options
            cli.audit: core datasets config process transports node.audit cli.options
            cli.trace: core safety process node.trace cli.options
            cli.bench: core diffusion inference control metrics checkpoint process bench cli.options
            cli.top: core metrics process cli.options
            cli.setup: core diffusion datasets checkpoint process transports node.record setup training.setup cli.options
            cli: core inference process cli.options cli.run cli.record cli.demo cli.sim cli.dataset cli.train cli.evaluate cli.merge cli.policy cli.faults \
            cli.audit cli.trace cli.bench cli.top cli.setup
            """;

    private static final Map<String, List<String>> MAY_USE = parse();

    private Rooms() {}

    private static Map<String, List<String>> parse() {
        Map<String, List<String>> rooms = new LinkedHashMap<>();
        TABLE.lines().forEach(line -> {
            String[] parts = line.split(":");
            rooms.put(parts[0], parts.length == 1 ? List.of() : Arrays.asList(parts[1].strip().split("\\s+")));
        });
        return rooms;
    }

    /** Room to what it may use, bottom first. */
    static Map<String, List<String>> mayUse() {
        return MAY_USE;
    }

    /** The room of a package; empty if it is in none. */
    static Optional<String> of(String packageName) {
        return MAY_USE.keySet().stream()
                .filter(room -> packageName.equals(ROOT + room) || packageName.startsWith(ROOT + room + "."))
                .max(Comparator.comparingInt(String::length));
    }
}
