package dev.dpros.simnode;

import dev.dpros.core.Clock;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.SimpleWriters;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a simulated world: ticks it at absolute deadlines on the world's clock. Short delays of the machine are
 * made up tick by tick; after a stall of more than 50 ms the missed ticks are counted and the world is ticked once at the
 * latest time, so that it neither lags nor floods its topics.
 *
 * <p>{@link #start} and {@link #close} may be called from any thread; the world is ticked on the named thread alone.
 */
final class WorldThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorldThread.class);
    private static final long JOIN_MS = 5_000;
    private static final long LONGEST_CATCH_UP_NS = 50_000_000;

    /** What is ticked. */
    interface World {
        /** Brings the world to a time, a multiple of the period after its start, and publishes what is due. */
        void tick(long nowNs);
    }

    private final WorldPace pace;
    private final Clock clock;
    private final long periodNs;
    private final Publication clockTopic;
    private final SimpleWriters clockWriter;
    private final Thread thread;
    private final World world;
    private final long startNs;
    private volatile boolean running = true;
    private volatile long missed;
    private volatile long ticks;

    /**
     * A thread that is not yet running.
     *
     * @param clock gives the time at which the world starts, and the machine's pace
     * @param periodNs length of a tick in world time
     */
    WorldThread(String name, Transport transport, WorldPace pace, Clock clock, long periodNs, World world) {
        this.pace = pace;
        this.clock = clock;
        this.periodNs = periodNs;
        this.world = world;
        long now = clock.rosNs();
        startNs = now - now % periodNs;
        if (pace.simTime()) {
            transport.setParameter("/use_sim_time", true);
            clockTopic = transport.advertise("/clock", "rosgraph_msgs/Clock", new PublicationOptions(false, 10));
            clockWriter = new SimpleWriters(transport.messages());
        } else {
            clockTopic = null;
            clockWriter = null;
        }
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> LOG.error("{} ended", t.getName(), e));
    }

    /** World time of the start, ns. */
    long startNs() {
        return startNs;
    }

    /** Ticks that were run. Any thread. */
    long ticks() {
        return ticks;
    }

    /** Ticks that were skipped because the machine was late. Any thread. */
    long missed() {
        return missed;
    }

    void start() {
        thread.start();
    }

    private void run() {
        // between construction and start topics were advertised: stamps must not lag behind the clock by that time
        long sinceStartNs = pace.simTime() ? 0 : clock.rosNs() - startNs;
        long originNs = clock.monotonicNs() - sinceStartNs;
        long tick = sinceStartNs / periodNs;
        while (running) {
            tick = pace.speed() == 0 ? tick + 1 : awaitTick(originNs, tick + 1);
            if (!running) {
                return;
            }
            long nowNs = startNs + tick * periodNs;
            world.tick(nowNs);
            if (clockTopic != null) {
                clockTopic.publish(clockWriter.clock(nowNs));
            }
            ticks++;
        }
    }

    /** Waits for a tick's deadline; returns that tick, or after a stall the latest that is due. */
    private long awaitTick(long originNs, long next) {
        long deadlineNs = originNs + Math.round(next * periodNs / pace.speed());
        long leftNs = deadlineNs - clock.monotonicNs();
        while (running && leftNs > 0) {
            LockSupport.parkNanos(this, leftNs);
            leftNs = deadlineNs - clock.monotonicNs();
        }
        if (-leftNs <= LONGEST_CATCH_UP_NS) {
            return next;
        }
        long late = (long) (-leftNs * pace.speed()) / periodNs;
        missed += late;
        return next + late;
    }

    /** Stops the thread and waits for it. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("{} did not end within {} s", thread.getName(), TimeUnit.MILLISECONDS.toSeconds(JOIN_MS));
        }
        if (clockTopic != null) {
            clockTopic.close();
        }
    }
}
