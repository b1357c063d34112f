package dev.dpros.simnode;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws and publishes one camera's frames beside the world's thread, which must not wait 10 ms for a picture. A robot
 * position that comes while a frame is being drawn replaces the one that waits.
 */
final class ArmCameraThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ArmCameraThread.class);
    private static final long JOIN_MS = 2_000;

    /** Draws and publishes. */
    interface Frame {
        /** Called on the camera's thread; {@code positions} are its own. */
        void publish(long stampNs, double[] positions);
    }

    private final Frame frame;
    private final double[] waiting;
    private final double[] drawn;
    private final Thread thread;
    private long waitingStampNs;
    private boolean pending;
    private boolean running = true;

    ArmCameraThread(String name, int joints, Frame frame) {
        this.frame = frame;
        waiting = new double[joints];
        drawn = new double[joints];
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> LOG.error("{} ended", t.getName(), e));
        thread.start();
    }

    /** Asks for a frame of these positions. World thread; does not wait for the drawing. */
    synchronized void offer(long stampNs, double[] positions) {
        System.arraycopy(positions, 0, waiting, 0, waiting.length);
        waitingStampNs = stampNs;
        pending = true;
        notifyAll();
    }

    private void run() {
        try {
            while (true) {
                long stampNs;
                synchronized (this) {
                    while (running && !pending) {
                        wait();
                    }
                    if (!running) {
                        return;
                    }
                    pending = false;
                    stampNs = waitingStampNs;
                    System.arraycopy(waiting, 0, drawn, 0, drawn.length);
                }
                frame.publish(stampNs, drawn);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            running = false;
            notifyAll();
        }
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
