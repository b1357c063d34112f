package dev.dpros.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.Finding;
import dev.dpros.core.Finding.Grade;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.PolicySignature.Pictures;
import dev.dpros.remote.PolicyServer;
import dev.dpros.remote.TensorSpec;
import dev.dpros.remote.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor finds of a policy that is on a server alone. */
@Timeout(300)
class PolicyCheckTest {
    private static final Path KEYPOINTS = Path.of("models/pusht_keypoints").toAbsolutePath();

    @TempDir
    Path dir;

    /** Zeros, from whoever has this hash. */
    private record Zeros(PolicySignature signature, String hash) implements PolicyServer.Model {
        private static List<TensorSpec> specs(List<PolicySignature.Tensor> tensors) {
            List<TensorSpec> specs = new ArrayList<>();
            for (PolicySignature.Tensor tensor : tensors) {
                List<Long> shape = new ArrayList<>(List.of(-1L));
                tensor.shape().forEach(size -> shape.add((long) size));
                specs.add(new TensorSpec(tensor.name(), TensorType.valueOf(tensor.type().name()), shape));
            }
            return specs;
        }

        @Override
        public List<TensorSpec> inputs() {
            return specs(signature.inputs());
        }

        @Override
        public List<TensorSpec> outputs() {
            return specs(signature.outputs());
        }

        @Override
        public List<PolicyServer.Value> infer(Map<String, PolicyServer.Value> inputs) {
            List<Integer> shape = signature.outputs().get(0).shape();
            return List.of(PolicyServer.Value.doubles("trajectory__0", new double[shape.get(0) * shape.get(1)], 1, shape.get(0), shape.get(1)),
                    PolicyServer.Value.ints("policy__1", PolicyHash.ints(hash), 1, 8));
        }
    }

    private RobotConfig config(String url) throws IOException {
        return ConfigReader.read(Files.writeString(dir.resolve("robot.yaml"), "policy: " + KEYPOINTS + """

                observations: {observation.state: {topic: /joint_states, field: 'position[x,y]'}}
                action: {topic: /command, joints: [x, y]}
                sampler: {steps: 4, remote: {model: m, fallback: hold, url: '""" + url + "'}}\n")).config();
    }

    private static Finding only(List<Finding> findings) {
        assertEquals(1, findings.size(), findings::toString);
        return findings.get(0);
    }

    @Test
    void shouldTimeTheServerAndSayWhenItHasAnotherPolicyOrIsAway() throws Exception {
        PolicyDefinition policy = PolicyReader.read(KEYPOINTS);
        PolicySignature signature = PolicySignature.of(policy, Pictures.UINT8);
        try (PolicyServer server = new PolicyServer("m", new Zeros(signature, signature.hash()), 0)) {
            Finding good = only(PolicyCheck.findings(config(server.url()), policy));
            assertTrue(good.grade() != Grade.FAULT && good.found().contains("4 steps, m at " + server.url()), good::toString);
            server.kill();
            server.restart(new Zeros(signature, "00".repeat(32)));
            Finding other = only(PolicyCheck.findings(config(server.url()), policy));
            assertTrue(other.grade() == Grade.FAULT && other.found().contains("other weights"), other::toString);
            server.kill();
            Finding away = only(PolicyCheck.findings(config(server.url()), policy));
            assertTrue(away.grade() == Grade.FAULT && away.found().contains("connection refused; without it the robot holds"), away::toString);
        }
    }
}
