package dev.dpros.node.record;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageSlots;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns presses of joystick buttons into commands. Messages are read on the transport's thread; commands run on the
 * thread {@code joystick}, since they wait for the disk.
 */
final class JoyButtons implements MessageSlots, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JoyButtons.class);
    private static final int MAX_BYTES = 1 << 16;

    private final MessageReader in;
    private final Map<String, Integer> buttons;
    private final Map<String, Supplier<String>> commands;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "joystick"));
    private final ByteBuffer message = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long pressedBefore;

    JoyButtons(MessageReader in, Map<String, Integer> buttons, Map<String, Supplier<String>> commands) {
        this.in = in;
        this.buttons = buttons;
        this.commands = commands;
    }

    @Override
    public ByteBuffer claim(int length) {
        return length < 0 || length > MAX_BYTES ? null : message.clear().limit(length);
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        message.position(0);
        long pressed = pressed(message);
        long rising = pressed & ~pressedBefore;
        pressedBefore = pressed;
        if (rising != 0) {
            buttons.forEach((command, button) -> {
                if ((rising >>> button & 1) != 0) {
                    executor.execute(() -> run(command));
                }
            });
        }
    }

    @Override
    public void abandon() {
        message.clear();
    }

    /** The pressed buttons as bits; sensor_msgs/Joy is header, axes float32[], buttons int32[]. */
    private long pressed(ByteBuffer joy) {
        in.begin(joy).header();
        in.skip(in.count(Float.BYTES), Float.BYTES);
        int count = Math.min(in.count(Integer.BYTES), Long.SIZE);
        long bits = 0;
        for (int i = 0; i < count; i++) {
            bits |= in.i32() != 0 ? 1L << i : 0;
        }
        return bits;
    }

    private void run(String command) {
        try {
            LOG.info("joystick: {}", commands.get(command).get());
        } catch (InputException e) {
            LOG.warn("joystick: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
