package dev.dpros.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.Prediction;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server that a robot's policy is on, for as long as the node lives: the connection, the breaker, and the thread
 * {@code remote-watch}, which looks for the server while the breaker is open, and closes it once the server is ready, has the
 * model with this policy's signature, and has answered the newest request again, in the time that a chunk has.
 */
public final class RemoteServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteServer.class);
    private static final int MOST_METADATA = 1 << 20;
    private static final int MOST_READY = 1 << 12;
    /** Enough for a connection, TLS and two answers over 75 ms there and back; slower servers are found by the look that goes on. */
    private static final long ROUND_NS = 300_000_000;
    private static final long AWAY_PAUSE_NS = 150_000_000;
    private static final long MOST_PAUSE_NS = 1_000_000_000;
    private static final long GREETING_NS = 5_000_000_000L;
    private static final long FIRST_ANSWER_NS = 30_000_000_000L;

    private final RemoteOptions options;
    private final RemoteClient client;
    private final PolicyDefinition definition;
    private final CircuitBreaker breaker = new CircuitBreaker();
    private final AtomicLong remoteChunks = new AtomicLong();
    private final AtomicLong localChunks = new AtomicLong();
    private final AtomicLong withoutChunk = new AtomicLong();
    private final LongAccumulator mostLateNs = new LongAccumulator(Math::max, Long.MIN_VALUE);
    private final LongAccumulator mostKeptNs = new LongAccumulator(Math::max, Long.MIN_VALUE);
    private final Lookout<JsonNode> lookout;
    private final Thread watch;
    private volatile PolicyWire wire;
    private volatile PolicyWire.Message newest;
    private volatile long allowedNs;
    private volatile boolean ended;
    private volatile boolean greeted;
    private long vainPauseNs = AWAY_PAUSE_NS;

    /**
     * Does not ask it yet.
     *
     * @param definition the policy that it must have
     * @throws InputException if token or certificates cannot be used
     */
    public RemoteServer(RemoteOptions options, PolicyDefinition definition) {
        this.options = options;
        this.definition = definition;
        wire = new PolicyWire(definition, PolicySignature.of(definition, PolicySignature.Pictures.UINT8));
        allowedNs = options.timeoutNs();
        client = new RemoteClient(options);
        lookout = new Lookout<>(() -> metadata(options.timeoutNs()), Math.min(ROUND_NS, options.timeoutNs()), client.threads()::submit,
                client.address());
        watch = new Thread(this::watch, "remote-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Whether it is asked, and why not. */
    public CircuitBreaker breaker() {
        return breaker;
    }

    /** Where it is, and the model's name, for people. */
    public String words() {
        return options.model() + " at " + client.address();
    }

    /** Chunks that it has sampled. */
    public long remoteChunks() {
        return remoteChunks.get();
    }

    /** Chunks that were sampled here in its place. */
    public long localChunks() {
        return localChunks.get();
    }

    /** Requests to which neither it nor this machine gave a chunk. */
    public long withoutChunk() {
        return withoutChunk.get();
    }

    /**
     * How long after its deadline the sampler's thread was free of a chunk at most, with what the policy here took, ns; negative: before;
     * the least long before any.
     */
    public long mostLateNs() {
        return mostLateNs.get();
    }

    /** How long after a chunk's deadline the sampler's thread still waited for the server, at most; as {@link #mostLateNs}. */
    public long mostKeptNs() {
        return mostKeptNs.get();
    }

    /** Its answer, or that there was none, came so long after a chunk's deadline. */
    void kept(long lateNs) {
        mostKeptNs.accumulate(lateNs);
    }

    /** A chunk, or its failure, came so long after its deadline. */
    void came(long lateNs) {
        mostLateNs.accumulate(lateNs);
    }

    /** Most that a request may take, whatever time a chunk has. */
    long timeoutNs() {
        return options.timeoutNs();
    }

    /** How chunks are put on the wire. */
    PolicyWire wire() {
        return wire;
    }

    /** Another chunk was sampled here. */
    void sampledHere() {
        localChunks.incrementAndGet();
    }

    /** There was none. */
    void noChunk() {
        withoutChunk.incrementAndGet();
    }

    /** How long a chunk may wait for its answer at present: an answer that takes longer does not close the breaker. */
    void allow(long waitNs) {
        allowedNs = waitNs;
    }

    /** Whether the watch has no request that it could ask again. */
    boolean wantsRequest() {
        PolicyWire.Message kept = newest;
        return kept == null || kept.wire() != wire;
    }

    /** The newest request, asked or not, for the watch to ask again. */
    void note(PolicyWire.Message message) {
        newest = message;
    }

    /**
     * Asks it for a chunk; opens the breaker if it does not give one in time. Sampler thread.
     *
     * @param waitNs most time to wait
     * @throws RemoteFailure if it gives none
     */
    Prediction ask(PolicyWire.Message message, long waitNs) throws RemoteFailure {
        try {
            Prediction prediction = exchange(message, waitNs);
            remoteChunks.incrementAndGet();
            return prediction;
        } catch (RemoteFailure e) {
            breaker.missed(e);
            LockSupport.unpark(watch);
            throw e;
        }
    }

    private Prediction exchange(PolicyWire.Message message, long waitNs) throws RemoteFailure {
        PolicyWire with = message.wire();
        return with.decode(client.infer(message.body(), message.jsonLength(), with.answers(), waitNs), message.steps());
    }

    /**
     * Looks for it, waiting as long as need be, so that what is wrong with it is found before anything moves; does nothing the
     * next times.
     *
     * @param first makes a request
     * @throws InputException if it has another policy, or a model that is none of this policy
     */
    void greet(Function<PolicyWire, PolicyWire.Message> first) {
        if (greeted) {
            return;
        }
        greeted = true;
        try {
            requireSignature(metadata(GREETING_NS));
            newest = first.apply(wire);
            shadow(FIRST_ANSWER_NS);
        } catch (RemoteFailure e) {
            breaker.stillAway(e.getMessage());
            if (e.kind() == RemoteFailure.Kind.OTHER_POLICY || e.kind() == RemoteFailure.Kind.ANSWER) {
                throw new InputException("sampler.remote: " + words() + ": " + e.getMessage(), e);
            }
            LOG.warn("sampler.remote: {}; looking for it", e.getMessage());
            newest = first.apply(wire);
            LockSupport.unpark(watch);
        }
    }

    private void watch() {
        try {
            while (!ended) {
                if (breaker.closed() || newest == null) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, spread(pauseAfterLook()));
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("sampler.remote: interrupted; {} is no longer looked for", words());
        }
    }

    /** All robots of a fleet may be looking. */
    private static long spread(long pauseNs) {
        return pauseNs / 4 * 3 + ThreadLocalRandom.current().nextLong(pauseNs / 2);
    }

    /** Looks for it; how long to wait before the next look. */
    private long pauseAfterLook() throws InterruptedException {
        JsonNode metadata;
        try {
            client.renewToken();
            metadata = lookout.round();
        } catch (RemoteFailure | InputException e) {
            breaker.stillAway(e.getMessage());
            vainPauseNs = AWAY_PAUSE_NS;
            return AWAY_PAUSE_NS;
        }
        try {
            requireSignature(metadata);
            if (!wantsRequest()) { // else the next chunk brings one
                shadow(Math.min(allowedNs, options.timeoutNs()));
                LOG.info("sampler.remote: {} answers", words());
            }
            vainPauseNs = AWAY_PAUSE_NS;
            return AWAY_PAUSE_NS;
        } catch (RemoteFailure e) {
            breaker.stillAway(e.getMessage());
            return pauseInVain();
        }
    }

    /** A server that is there, and answers too late or not as it must, is asked for a chunk less and less often. */
    private long pauseInVain() {
        long pauseNs = vainPauseNs;
        vainPauseNs = Math.min(MOST_PAUSE_NS, 2 * pauseNs);
        return pauseNs;
    }

    /** What the model says of itself, once it says that it is ready. @param waitNs for either */
    private JsonNode metadata(long waitNs) throws RemoteFailure {
        client.get("/ready", MOST_READY, waitNs);
        byte[] body = client.get("", MOST_METADATA, waitNs);
        return InferenceAnswer.object(body, body.length);
    }

    /** The model must take and give what this policy's export does. */
    private void requireSignature(JsonNode metadata) throws RemoteFailure {
        Map<String, TensorSpec> inputs = InferenceAnswer.signature(metadata, "inputs");
        Map<String, TensorSpec> outputs = InferenceAnswer.signature(metadata, "outputs");
        wire = ServerSignature.wire(definition, wire, inputs, outputs);
    }

    /** The newest request again: the answer moves nothing, and closes the breaker. */
    private void shadow(long waitNs) throws RemoteFailure {
        exchange(newest, waitNs);
        breaker.close();
    }

    /** Ends watch and connection. */
    @Override
    public void close() {
        ended = true;
        LockSupport.unpark(watch);
        client.close();
    }
}
