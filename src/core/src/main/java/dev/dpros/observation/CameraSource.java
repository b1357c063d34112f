package dev.dpros.observation;

import dev.dpros.core.Clock;
import dev.dpros.core.FrameSource;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.LatencySink;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.SourceHealth;
import dev.dpros.core.StampOrder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One camera: a ring of messages that the transport's I/O thread fills, and a thread {@code camera-prep-<name>} that
 * turns each into the policy's image as it comes. Always prepares the newest message; those it was too slow for are
 * counted as skipped. Nothing is allocated per frame once warm (compressed images: below 1 kB).
 */
public final class CameraSource extends RingSource implements AutoCloseable {
    private final CameraConfig config;
    private final ImageReader reader;
    private final Clock clock;
    private final LatencySink latency;
    private final @Nullable MotionWitness motion;
    private final MessageRing messages;
    private final ImagePreparation preparation;
    private final ImageLayout layout = new ImageLayout();
    private final MessageCopy copy = new MessageCopy();
    private final ContentCheck content;
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable String refused;
    private long done;

    /**
     * A camera whose thread is not yet started.
     *
     * @param reader finds the pixels in its messages; used by the preparation thread only
     * @param latency gets the time from arrival to prepared, once per frame
     * @param motion says whether the robot moves, for the freeze check; may be null
     */
    public CameraSource(CameraConfig config, ImageReader reader, Clock clock, LatencySink latency, @Nullable MotionWitness motion) {
        super(config.feature(), config.interpolation(), config.stamps(), new SampleRing(config.buffers().frames(), config.feature().size()),
                new SourceHealth(config.name(), SourceHealth.Kind.CAMERA, config.maxAgeNs(), config.stamps().maxOffsetNs()));
        this.config = config;
        this.reader = reader;
        this.clock = clock;
        this.latency = latency;
        this.motion = motion;
        CameraConfig.Buffers buffers = config.buffers();
        messages = new MessageRing(buffers.messages(), buffers.maxMessageBytes(), () -> LockSupport.unpark(thread));
        preparation = new ImagePreparation(config.feature(), config.fit(), buffers.depthMaxMm(), config.content().grey());
        content = new ContentCheck(config.content(), this.motion);
    }

    /** Where the transport puts messages. */
    public MessageSlots slots() {
        return messages;
    }

    /** The raw messages, for previews and recorders: read with a {@link MessageCopy} of one's own. */
    public MessageRing messages() {
        return messages;
    }

    /** The newest raw image, for dashboards; with an image reader of its own, since it runs on another thread. */
    public FrameSource preview(ImageReader ownReader, int maxWidth) {
        return new CameraPreview(config.name(), messages, ownReader, maxWidth);
    }

    /**
     * Loads the image library on a background thread, so that the first image that needs it does not wait half a
     * second. For cameras whose images are compressed, Bayer or of another size than the policy's.
     */
    public static void preloadImageLibrary() {
        Thread loader = new Thread(OpenCv::new, "opencv-load");
        loader.setDaemon(true);
        loader.start();
    }

    /** Starts the preparation thread. */
    public synchronized void start() {
        if (thread != null || closed) {
            throw new IllegalStateException(config.name() + ": started before");
        }
        Thread started = new Thread(this::run, "camera-prep-" + config.name());
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    private void run() {
        try {
            while (!closed) {
                if (!prepareNewest()) {
                    LockSupport.park(this);
                }
            }
        } catch (Throwable e) { // a native library that does not load, or a bug: the camera goes stale, with a cause
            failure = e;
        }
    }

    /** Why the preparation thread ended by itself, or null. The camera is then stale for ever. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /**
     * Prepares the newest message if it is not yet prepared. Called by the preparation thread, or by a test or a
     * single-threaded replay that has not started it.
     *
     * @return whether there was one
     */
    boolean prepareNewest() {
        long newest = messages.newest();
        if (newest == done) {
            return false;
        }
        if (newest - done > 1) {
            statistics.skipped(newest - done - 1);
        }
        done = newest;
        if (!messages.copy(newest, copy)) {
            statistics.skipped(1); // overtaken; a newer one is there
            return true;
        }
        prepare();
        return true;
    }

    private void prepare() {
        if (!reader.read(copy.bytes(), layout)) {
            refuse(SourceStatistics.Rejection.MALFORMED);
            return;
        }
        SourceStatistics.Rejection rejection = convert();
        if (rejection != null) {
            refuse(rejection);
            return;
        }
        long stampNs = stamps.stampNs(layout.stampNs, copy.receivedRosNs());
        StampOrder.Verdict verdict = judge(stampNs, layout.stampNs, copy.receivedNs(), copy.receivedRosNs());
        if (verdict == StampOrder.Verdict.OUT_OF_ORDER) {
            return;
        }
        content.observe(preparation.repeated(), preparation.deviation(), copy.receivedNs());
        health.content(content.frozen(), content.blank());
        health.values(ring.claim());
        ring.commit(stampNs, copy.receivedNs(), verdict == StampOrder.Verdict.NEW_EPOCH);
        long preparationNs = clock.monotonicNs() - copy.receivedNs();
        statistics.took(stampNs, copy.receivedNs(), preparationNs);
        health.received(copy.receivedNs());
        latency.recordNs(preparationNs);
    }

    /** Keeps what the picture was, unless what an earlier one was still waits to be read: so it allocates seldom. */
    private void refuse(SourceStatistics.Rejection reason) {
        if (refused == null) {
            refused = PictureProblem.text(config.feature(), reason, reader, copy.bytes());
        }
        statistics.reject(reason);
    }

    /**
     * One line on a picture that was refused since this was last asked: what was expected and what that picture was. Any
     * thread.
     *
     * @return null if none was
     */
    public @Nullable String takeRefused() {
        String text = refused;
        refused = null;
        return text;
    }

    private SourceStatistics.@Nullable Rejection convert() {
        try {
            return preparation.prepare(copy.bytes(), layout, ring.claim());
        } catch (RuntimeException e) { // OpenCV refuses this image; the next may be good
            return SourceStatistics.Rejection.UNSUPPORTED;
        }
    }

    /** Ends the thread and waits for it, 2 s at most. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
        }
        if (running == null) {
            return;
        }
        LockSupport.unpark(running);
        try {
            running.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
