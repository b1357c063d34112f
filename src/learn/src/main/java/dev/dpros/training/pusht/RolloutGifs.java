package dev.dpros.training.pusht;

import com.madgag.gif.fmsware.AnimatedGifEncoder;
import dev.dpros.core.InputException;
import dev.dpros.sim.PushTCamera;
import dev.dpros.sim.PushTEnv;
import dev.dpros.training.PushTEvaluation;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;

/** Draws some rollouts as animated GIFs, at twice the speed, as the policy's camera sees them. Confined to one thread. */
public final class RolloutGifs implements PushTEvaluation.Watcher, AutoCloseable {
    private static final int SCALE = 3;
    private static final int FRAME_MS = 50;
    private static final int END_MS = 1_000;
    private static final int SIDE = PushTCamera.SIZE * SCALE;

    private final Set<Long> seeds;
    private final LongFunction<Path> file;
    private final PushTCamera camera = new PushTCamera();
    private final byte[] pixels = new byte[PushTCamera.BYTES];
    private final Map<Long, AnimatedGifEncoder> open = new HashMap<>();

    /** @param file of a seed's picture; its directory is made */
    public RolloutGifs(Set<Long> seeds, LongFunction<Path> file) {
        this.seeds = Set.copyOf(seeds);
        this.file = file;
    }

    /** @throws InputException if the file cannot be written */
    @Override
    public void saw(long seed, PushTEnv env, boolean last) {
        if (!seeds.contains(seed)) {
            return;
        }
        AnimatedGifEncoder encoder = open.computeIfAbsent(seed, this::begin);
        camera.render(env.world(), pixels, 0);
        encoder.setDelay(last ? END_MS : FRAME_MS);
        encoder.addFrame(image());
        if (last && !open.remove(seed).finish()) {
            throw new InputException(file.apply(seed) + ": cannot be written");
        }
    }

    private AnimatedGifEncoder begin(long seed) {
        Path path = file.apply(seed);
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new InputException(path + ": cannot be written: " + e.getMessage(), e);
        }
        AnimatedGifEncoder encoder = new AnimatedGifEncoder();
        encoder.setRepeat(0);
        if (!encoder.start(path.toString())) {
            throw new InputException(path + ": cannot be written");
        }
        return encoder;
    }

    private BufferedImage image() {
        BufferedImage small = new BufferedImage(PushTCamera.SIZE, PushTCamera.SIZE, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < PushTCamera.SIZE * PushTCamera.SIZE; i++) {
            small.setRGB(i % PushTCamera.SIZE, i / PushTCamera.SIZE,
                    (pixels[3 * i] & 0xff) << 16 | (pixels[3 * i + 1] & 0xff) << 8 | pixels[3 * i + 2] & 0xff);
        }
        BufferedImage large = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D g = large.createGraphics();
        g.drawImage(small, 0, 0, SIDE, SIDE, null);
        g.dispose();
        return large;
    }

    /** Ends what was interrupted. */
    @Override
    public void close() {
        open.values().forEach(AnimatedGifEncoder::finish);
        open.clear();
    }
}
