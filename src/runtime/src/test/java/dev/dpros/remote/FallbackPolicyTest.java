package dev.dpros.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ChunkOrigin;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.ChunkAbandonedException;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import dev.dpros.remote.PolicyServer.Fault;
import dev.dpros.remote.RemoteOptions.Credentials;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A policy on a server that fails, and what drives meanwhile. The clock of the deadlines is the test's own. */
@Timeout(300)
class FallbackPolicyTest {
    private static final long MS = 1_000_000L;
    private static final long LOCAL_NS = 200 * MS;
    private static final long TIMEOUT_NS = 20_000 * MS;
    private static final PolicyConfig CONFIG = new PolicyConfig(2, 4, 3, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2)),
            FeatureSpec.of("action", Kind.ACTION, 1), new UnetConfig(List.of(8, 8), 3, 4, 8, true), null,
            new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                    SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 8));
    private static final PolicyDefinition POLICY = policy(1);
    private static final PolicyDefinition OTHER = policy(2);

    private final ManualClock clock = new ManualClock(0);
    private final AtomicInteger sampledHere = new AtomicInteger();
    private long hereNs = LOCAL_NS;
    private PolicyServer http;
    private RemoteServer server;
    private FallbackPolicy policy;

    private static PolicyDefinition policy(float weight) {
        return new PolicyDefinition(CONFIG, Map.of("unet.w", TensorData.of(new float[] {weight}, 1)),
                Map.of("action", new Normalizer(new double[] {0.5}, new double[] {0})), "tiny policy");
    }

    /** What it answers with is the noise that it was sent. */
    private static class Echo implements PolicyServer.Model {
        private final PolicyDefinition definition;

        Echo(PolicyDefinition definition) {
            this.definition = definition;
        }

        private PolicySignature signature() {
            return PolicySignature.of(definition, PolicySignature.Pictures.UINT8);
        }

        @Override
        public List<TensorSpec> inputs() {
            return LibtorchModel.batched(signature().inputs());
        }

        @Override
        public List<TensorSpec> outputs() {
            return LibtorchModel.batched(signature().outputs());
        }

        @Override
        public List<PolicyServer.Value> infer(Map<String, PolicyServer.Value> inputs) {
            assertEquals(List.of(1L, 8L, 8L), inputs.get("coefs").spec().shape());
            ByteBuffer noise = inputs.get("noise").data();
            double[] trajectory = new double[4];
            for (int i = 0; i < trajectory.length; i++) {
                trajectory[i] = noise.getFloat(i * Float.BYTES);
            }
            return List.of(PolicyServer.Value.doubles("trajectory__0", trajectory, 1, 4, 1),
                    PolicyServer.Value.ints("policy__1", PolicyHash.ints(PolicyHash.of(definition)), 1, 8));
        }
    }

    /** The same here, which takes its time on the test's clock. */
    private final class Here implements ChunkPolicy {
        @Override
        public PolicyConfig config() {
            return CONFIG;
        }

        @Override
        public void warmUp() {
        }

        @Override
        public Prediction predictAction(ObservationWindow window, Sampling sampling) {
            sampledHere.incrementAndGet();
            clock.advanceNs(hereNs);
            float[] noise = new float[4];
            sampling.noise().get(0).initial(noise, 0, 4);
            return Prediction.of(POLICY, 1, new float[0], new double[] {noise[0], noise[1], noise[2], noise[3]}, 8);
        }

        @Override
        public void close() {
        }
    }

    private void start(boolean local, PolicyDefinition served) throws Exception {
        http = new PolicyServer("tiny", new Echo(served), 0);
        connect(local, http.url());
    }

    private void connect(boolean local, String url) {
        server = new RemoteServer(new RemoteOptions(RemoteOptions.address(url), "tiny", TIMEOUT_NS, false, Credentials.NONE), POLICY);
        InferenceLatency latency = new InferenceLatency(clock, LatencySink.NONE, LatencySink.NONE, LatencySink.NONE);
        policy = new FallbackPolicy(server, local ? new Here() : null, POLICY, CONFIG::scheduler, latency, clock);
        policy.warmUp();
        sampledHere.set(0);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        if (http != null) {
            http.close();
        }
    }

    private Prediction predict(long seed, long budgetNs) {
        return policy.predictAction(new ObservationWindow(CONFIG.inputs(), 2),
                Sampling.of(NoiseSource.seeded(seed), StepListener.NONE).until(clock.monotonicNs() + budgetNs));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Test
    void shouldGiveTheSameChunkFromTheServerAndFromHere() throws Exception {
        start(true, POLICY);
        Prediction remote = predict(7, 10_000 * MS);
        assertEquals(ChunkOrigin.REMOTE, remote.origin());
        assertEquals(0, sampledHere.get());
        assertEquals(3, remote.actionSteps());
        http.set(Fault.TRUNCATED);
        Prediction missed = predict(7, 10_000 * MS);
        assertEquals(ChunkOrigin.LOCAL, missed.origin());
        assertArrayEquals(remote.actions(), missed.actions(), "its noise was drawn once, before the server was asked");
        Prediction open = predict(7, 10_000 * MS);
        assertArrayEquals(remote.actions(), open.actions());
        assertEquals(2, sampledHere.get());
        assertEquals(1, server.remoteChunks());
        assertEquals(2, server.localChunks());
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"SILENT", "STALLED", "TRUNCATED", "UNAVAILABLE", "REDIRECT", "NAN", "WRONG_SHAPE", "NOT_JSON"})
    void shouldAskNoMoreAfterTheFirstMissUntilTheServerHasAnsweredAgain(Fault fault) throws Exception {
        start(true, POLICY);
        http.set(fault);
        assertEquals(ChunkOrigin.LOCAL, predict(1, LOCAL_NS + 300 * MS).origin());
        assertEquals(1, server.breaker().opened());
        assertFalse(server.breaker().closed());
        for (int i = 0; i < 20; i++) {
            assertEquals(ChunkOrigin.LOCAL, predict(i, 10_000 * MS).origin());
        }
        assertEquals(1, server.breaker().opened(), server.breaker().reason());
        http.set(Fault.NONE);
        await(server.breaker()::closed);
        assertEquals(ChunkOrigin.REMOTE, predict(1, 10_000 * MS).origin());
    }

    @Test
    void shouldWaitUntilTheDeadlineLessWhatThePolicyHereTakesAndHalfAsMuchAgain() throws Exception {
        start(true, POLICY);
        http.set(Fault.SILENT);
        assertEquals(ChunkOrigin.LOCAL, predict(1, LOCAL_NS + 250 * MS).origin());
        assertTrue(server.breaker().reason().endsWith("no answer within 150 ms"), server.breaker().reason());
    }

    @Test
    void shouldLeaveTheServerHalfOfWhatIsLeftWhereThatIsLittle() throws Exception {
        start(true, POLICY);
        http.set(Fault.SILENT);
        assertEquals(ChunkOrigin.LOCAL, predict(1, LOCAL_NS + 120 * MS).origin());
        assertTrue(server.breaker().reason().endsWith("no answer within 60 ms"), server.breaker().reason());
    }

    /** Else the thread would be kept from the next chunk for as long as the policy here takes, after the deadline. */
    @Test
    void shouldGiveNoChunkOnceTheServerHasUsedAllTheTimeAndSampleTheNextOneHere() throws Exception {
        hereNs = TIMEOUT_NS;
        start(true, POLICY);
        AtomicInteger asked = new AtomicInteger();
        http.serve(new Echo(POLICY) {
            @Override
            public List<PolicyServer.Value> infer(Map<String, PolicyServer.Value> inputs) {
                clock.advanceNs(asked.getAndIncrement() == 0 ? hereNs : 0); // the watch asks, too
                throw new IllegalStateException("no memory left");
            }
        });
        String reason = assertThrows(ChunkAbandonedException.class, () -> predict(1, hereNs - 50 * MS)).getMessage();
        assertTrue(reason.contains("the deadline has passed") && reason.contains("no memory left"), reason);
        assertEquals(0, sampledHere.get());
        assertEquals(50 * MS, server.mostKeptNs());
        assertEquals(50 * MS, server.mostLateNs());
        assertEquals(ChunkOrigin.LOCAL, predict(1, hereNs - 50 * MS).origin());
        assertEquals(1, server.withoutChunk());
    }

    @Test
    void shouldGiveTheServerAllTheTimeIfThePolicyHereCouldNotMakeTheDeadlineAlone() throws Exception {
        hereNs = TIMEOUT_NS;
        start(true, POLICY);
        assertEquals(ChunkOrigin.REMOTE, predict(1, hereNs).origin());
        http.set(Fault.SILENT);
        assertEquals(ChunkOrigin.LOCAL, predict(1, 150 * MS).origin());
        assertTrue(server.breaker().reason().endsWith("no answer within 150 ms"), server.breaker().reason());
    }

    @Test
    void shouldNotAskWhenTheDeadlineHasPassed() throws Exception {
        start(true, POLICY);
        int before = http.requests();
        assertEquals(ChunkOrigin.LOCAL, predict(1, -MS).origin());
        assertEquals(before, http.requests());
        assertTrue(server.breaker().closed(), "that is no fault of the server");
        assertEquals(ChunkOrigin.REMOTE, predict(1, 10_000 * MS).origin());
    }

    @Test
    void shouldGiveNoChunkWithoutAPolicyHere() throws Exception {
        start(false, POLICY);
        assertEquals(ChunkOrigin.REMOTE, predict(1, 10_000 * MS).origin());
        http.set(Fault.SILENT);
        assertTrue(assertThrows(ChunkAbandonedException.class, () -> predict(1, 250 * MS)).getMessage().contains("no answer within 250 ms"));
        assertThrows(ChunkAbandonedException.class, () -> predict(1, 10_000 * MS));
        assertEquals(2, server.withoutChunk());
        http.set(Fault.NONE);
        await(server.breaker()::closed);
        assertEquals(ChunkOrigin.REMOTE, predict(1, 10_000 * MS).origin());
    }

    @Test
    void shouldNotAskAServerAgainThatAnswersTooLateForAChunk() throws Exception {
        start(true, POLICY);
        http.slow(600);
        assertEquals(ChunkOrigin.LOCAL, predict(1, LOCAL_NS + 150 * MS).origin());
        int before = http.inferences();
        await(() -> http.inferences() >= before + 2);
        assertFalse(server.breaker().closed(), "it answers, and too late");
        assertEquals(ChunkOrigin.LOCAL, predict(1, LOCAL_NS + 3_000 * MS).origin());
        await(server.breaker()::closed);
    }

    @Test
    void shouldRefuseAServerWithOtherWeightsBeforeAnythingMoves() throws Exception {
        InputException refused = assertThrows(InputException.class, () -> start(true, OTHER));
        assertTrue(refused.getMessage().contains("tiny at http://127.0.0.1:"), refused.getMessage());
        assertTrue(refused.getMessage().contains("other weights or normalizers than tiny policy"), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
    }

    @Test
    void shouldRefuseAServerWhoseModelIsNoExportOfThePolicy() throws Exception {
        PolicyConfig wide = CONFIG.with(List.of(FeatureSpec.of("observation.state", Kind.STATE, 3)), null);
        InputException refused = assertThrows(InputException.class,
                () -> start(true, new PolicyDefinition(wide, POLICY.weights(), POLICY.normalizers(), "wide")));
        assertTrue(refused.getMessage().contains("input 'obs_0': expected FP32[-1, 2, 2], found FP32[-1, 2, 3]"), refused.getMessage());
    }

    @Test
    void shouldNeverUseChunksOfOtherWeightsThatCameLater() throws Exception {
        start(true, POLICY);
        http.kill();
        http.restart(new Echo(OTHER));
        for (int i = 0; i < 5; i++) {
            assertEquals(ChunkOrigin.LOCAL, predict(i, 10_000 * MS).origin());
        }
        await(() -> server.breaker().reason().contains("other weights"));
        assertFalse(server.breaker().closed());
        http.kill();
        http.restart(new Echo(POLICY));
        await(server.breaker()::closed);
        assertEquals(ChunkOrigin.REMOTE, predict(1, 10_000 * MS).origin());
    }

    @Test
    void shouldStartWithoutTheServerAndFindItLater() throws Exception {
        http = new PolicyServer("tiny", new Echo(POLICY), 0);
        http.kill();
        connect(true, http.url());
        assertEquals(ChunkOrigin.LOCAL, predict(1, 10_000 * MS).origin());
        assertTrue(server.breaker().reason().contains("connection refused"), server.breaker().reason());
        http.restart(new Echo(POLICY));
        await(server.breaker()::closed);
        assertEquals(ChunkOrigin.REMOTE, predict(1, 10_000 * MS).origin());
    }
}
