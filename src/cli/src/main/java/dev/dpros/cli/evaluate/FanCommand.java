package dev.dpros.cli.evaluate;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.config.SamplerSection;
import dev.dpros.core.InputException;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.process.JsonFile;
import dev.dpros.sim.PushTCamera;
import dev.dpros.training.PushTFan;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros fan}: the ways a policy sees to go on, drawn over the camera's picture. */
@Command(
        name = "fan",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Sample many action chunks from one observation of PushT and draw them over the camera's picture: a diffusion "
                + "policy commits to one of several ways in each sample, where an average would run into the block.",
        footer = {"", "Example: dpros fan --policy models/pusht_keypoints --seed-pose 100003 -o fan.png"})
public final class FanCommand implements Callable<Integer> {
    private static final int SCALE = 6;
    private static final double WORLD = 512;
    private static final int POSE = 5;
    private static final Color[] GROUPS = {new Color(0xC2185B), new Color(0x1565C0)};

    @Option(names = "--policy", paramLabel = "PATH", required = true, description = "LeRobot directory or diffusion_policy .ckpt")
    private Path policy;

    @Option(names = "--seed-pose", paramLabel = "N", defaultValue = "100000",
            description = "situation: the start of this seed's episode (default: ${DEFAULT-VALUE})")
    private long poseSeed;

    @Option(names = "--pose", paramLabel = "X,Y,BX,BY,ANGLE", split = ",",
            description = "situation: agent, block (px of 512), block's angle (rad), in place of a seed")
    private double[] pose;

    @Option(names = "--samples", converter = Numbers.Count.class, paramLabel = "K", defaultValue = "24",
            description = "chunks (default: ${DEFAULT-VALUE})")
    private int samples;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "PNG to write")
    private Path output;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the chunks to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (samples < 2 || samples > 1024) {
            throw InputException.of("--samples", "number", "2 to 1024", String.valueOf(samples), "");
        }
        if (pose != null && (pose.length != POSE || !Arrays.stream(pose).allMatch(Double::isFinite))) {
            throw InputException.of("--pose", "values", "five numbers: agent x, y, block x, y, angle", Arrays.toString(pose), "");
        }
        SamplerSection section = sampling.asSection();
        try (DiffusionPolicy loaded = DiffusionPolicy.load(PolicyReader.read(policy), section.toOptions())) {
            PushTFan fan = PushTFan.of(loaded, pose, poseSeed, samples, section.seed());
            if (output != null) {
                ImageIO.write(draw(fan), "png", output.toFile());
            }
            report(fan);
        }
        return 0;
    }

    private void report(PushTFan fan) {
        spec.commandLine().getOut().println(fan.twoWays()
                ? String.format(Locale.ROOT, "%d and %d chunks go two ways, %.1f px apart, %.1f px within each", fan.count(0), fan.count(1),
                        fan.apart(), fan.within())
                : String.format(Locale.ROOT, "%d chunks go one way, %.1f px about their mean", fan.count(0), fan.within()));
        spec.commandLine().getOut().flush();
        if (json != null) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("chunks", fan.chunks());
            tree.put("groups", fan.groups());
            tree.put("apart_px", fan.apart());
            tree.put("within_px", fan.within());
            JsonFile.write(json, tree);
        }
    }

    private static BufferedImage draw(PushTFan fan) {
        int size = PushTCamera.SIZE * SCALE;
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int at = 3 * (y / SCALE * PushTCamera.SIZE + x / SCALE);
                byte[] rgb = fan.picture();
                image.setRGB(x, y, (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff);
            }
        }
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        for (int k = 0; k < fan.chunks().size(); k++) {
            path(g, fan.chunks().get(k), GROUPS[fan.groups()[k]], size / WORLD);
        }
        g.dispose();
        return image;
    }

    private static void path(Graphics2D g, double[] chunk, Color colour, double scale) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < chunk.length; i += 2) {
            double x = chunk[i] * scale;
            double y = chunk[i + 1] * scale;
            if (i == 0) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        g.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 150));
        g.draw(path);
        int last = chunk.length - 2;
        g.setColor(colour);
        g.fill(new Ellipse2D.Double(chunk[last] * scale - 4, chunk[last + 1] * scale - 4, 8, 8));
    }
}
