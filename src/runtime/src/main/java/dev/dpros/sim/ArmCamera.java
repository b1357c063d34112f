package dev.dpros.sim;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A simple picture of a serial arm over a gridded table with a red block: links as round sticks in perspective, far ones
 * first. As on a real sensor no two pictures are equal: a little noise, without which a robot at rest looks like a frozen
 * camera. Software rendering, no display needed. One thread; allocates (Java2D, JPEG).
 */
public final class ArmCamera {
    /** Width in px. */
    public static final int WIDTH = 640;
    /** Height in px. */
    public static final int HEIGHT = 480;
    /** Bytes of a raw picture: row-major RGB. */
    public static final int BYTES = 3 * WIDTH * HEIGHT;

    private static final double NEAR_M = 0.03;
    private static final double TABLE_M = 1.0;
    private static final double GRID_M = 0.2;
    private static final double BLOCK_M = 0.06;
    private static final double FINGER_M = 0.12;
    private static final double FINGER_ROOT_M = 0.02;
    /** From the last arm joint's frame to the finger tips, along its z. */
    static final double TIP_M = FINGER_ROOT_M + FINGER_M;
    private static final float QUALITY = 0.85f;
    private static final Color BACKGROUND = new Color(0xE6E9EC);
    private static final Color GRID = new Color(0xB4BCC4);
    private static final Color LINK = new Color(0x3B6EA8);
    private static final Color LINK_ODD = new Color(0xE08A2E);
    private static final Color FINGER = new Color(0x303030);
    private static final Color BLOCK = new Color(0xC0392B);

    /** Where a camera is. */
    public enum View {
        /** Beside the table, looking at the robot. */
        SCENE,
        /** On the last link, looking along it. */
        WRIST
    }

    private final View view;
    private final JointFrames frames;
    private final int armJoints;
    private final BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    private final int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    private final double[] eye = new double[3];
    private final double[] forward = new double[3];
    private final double[] right = new double[3];
    private final double[] down = new double[3];
    private final double focalPx;
    private long noise = 0x9E3779B97F4A7C15L;
    /** x and y of the block's middle, m. */
    private volatile double[] block = {0.5, 0.13};

    /** A camera of a robot whose last joint is its gripper. */
    public ArmCamera(Urdf urdf, View view) {
        this.view = view;
        frames = new JointFrames(urdf);
        armJoints = urdf.joints().size() - 1;
        focalPx = view == View.SCENE ? 620 : 420;
    }

    /** Where the block's middle lies from the next picture on, m. Any thread. */
    public void block(double x, double y) {
        block = new double[] {x, y};
    }

    /** Draws the robot at these positions (rad, m) into {@code out}: {@code [480, 640, 3] uint8 RGB}. */
    public void render(double[] positions, byte[] out) {
        draw(positions);
        for (int i = 0, o = 0; i < pixels.length; i++) {
            int p = pixels[i];
            out[o++] = (byte) (p >> 16);
            out[o++] = (byte) (p >> 8);
            out[o++] = (byte) p;
        }
    }

    /** As {@link #render}, as JPEG. */
    public byte[] renderJpeg(double[] positions) {
        draw(positions);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 << 10);
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(QUALITY);
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, null), param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private void draw(double[] positions) {
        frames.update(positions);
        place();
        Arrays.fill(pixels, BACKGROUND.getRGB());
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        for (double v = -TABLE_M; v <= TABLE_M + 1e-9; v += GRID_M) {
            stick(g, GRID, 0.002, new double[] {v, -TABLE_M, 0}, new double[] {v, TABLE_M, 0});
            stick(g, GRID, 0.002, new double[] {-TABLE_M, v, 0}, new double[] {TABLE_M, v, 0});
        }
        double[] middle = block;
        stick(g, BLOCK, BLOCK_M, new double[] {middle[0], middle[1] - BLOCK_M / 2, BLOCK_M / 2},
                new double[] {middle[0], middle[1] + BLOCK_M / 2, BLOCK_M / 2});
        if (view == View.SCENE) {
            drawLinks(g);
        }
        drawFingers(g, positions[armJoints]);
        g.dispose();
        addNoise();
    }

    /** Brightness noise of 0 to 3 grey levels for each pixel (xorshift64, two bits a pixel); the scene's colours stay below 252. */
    private void addNoise() {
        long bits = 0;
        for (int i = 0; i < pixels.length; i++) {
            if ((i & 31) == 0) {
                noise ^= noise << 13;
                noise ^= noise >>> 7;
                noise ^= noise << 17;
                bits = noise;
            }
            pixels[i] += (int) (bits & 3) * 0x010101;
            bits >>>= 2;
        }
    }

    private void place() {
        if (view == View.SCENE) {
            set(eye, 1.5, -1.3, 0.9);
            double[] target = {0.15, 0, 0.45};
            for (int k = 0; k < 3; k++) {
                forward[k] = target[k] - eye[k];
            }
            normalize(forward);
            cross(forward, new double[] {0, 0, 1}, right);
            normalize(right);
        } else {
            for (int k = 0; k < 3; k++) {
                forward[k] = frames.axis(armJoints, 2, k);
                right[k] = frames.axis(armJoints, 1, k);
                eye[k] = frames.origin(armJoints, k) + 0.06 * frames.axis(armJoints, 0, k);
            }
        }
        cross(forward, right, down);
    }

    private void drawLinks(Graphics2D g) {
        Integer[] order = new Integer[armJoints];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (p, q) -> Double.compare(depth(origin(q)), depth(origin(p))));
        for (int i : order) {
            stick(g, i % 2 == 0 ? LINK : LINK_ODD, 0.09 - 0.007 * i, origin(i), origin(i + 1));
        }
    }

    private void drawFingers(Graphics2D g, double opening) {
        for (int side = -1; side <= 1; side += 2) {
            double[] base = new double[3];
            double[] tip = new double[3];
            for (int k = 0; k < 3; k++) {
                base[k] = frames.origin(armJoints, k) + FINGER_ROOT_M * frames.axis(armJoints, 2, k)
                        + side * (0.01 + opening / 2) * frames.axis(armJoints, 1, k);
                tip[k] = base[k] + FINGER_M * frames.axis(armJoints, 2, k);
            }
            stick(g, FINGER, 0.015, base, tip);
        }
    }

    private double[] origin(int frame) {
        return new double[] {frames.origin(frame, 0), frames.origin(frame, 1), frames.origin(frame, 2)};
    }

    private double depth(double[] p) {
        return along(forward, p);
    }

    private double along(double[] axis, double[] p) {
        return axis[0] * (p[0] - eye[0]) + axis[1] * (p[1] - eye[1]) + axis[2] * (p[2] - eye[2]);
    }

    /** A round stick between two points, m, cut at the near plane. */
    private void stick(Graphics2D g, Color color, double thickness, double[] from, double[] to) {
        double[] a = from;
        double[] b = to;
        double depthA = depth(a);
        double depthB = depth(b);
        if (Math.max(depthA, depthB) <= NEAR_M) {
            return;
        }
        if (depthA < NEAR_M) {
            a = between(a, b, (NEAR_M - depthA) / (depthB - depthA));
        } else if (depthB < NEAR_M) {
            b = between(b, a, (NEAR_M - depthB) / (depthA - depthB));
        }
        double scaleA = focalPx / Math.max(depthA, NEAR_M);
        double scaleB = focalPx / Math.max(depthB, NEAR_M);
        g.setColor(color);
        double width = Math.min(Math.max(thickness * (scaleA + scaleB) / 2, 1), HEIGHT);
        g.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.draw(new Line2D.Double(WIDTH / 2.0 + scaleA * along(right, a), HEIGHT / 2.0 + scaleA * along(down, a),
                WIDTH / 2.0 + scaleB * along(right, b), HEIGHT / 2.0 + scaleB * along(down, b)));
    }

    private static double[] between(double[] a, double[] b, double share) {
        return new double[] {a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])};
    }

    private static void set(double[] v, double x, double y, double z) {
        v[0] = x;
        v[1] = y;
        v[2] = z;
    }

    private static void normalize(double[] v) {
        double length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        set(v, v[0] / length, v[1] / length, v[2] / length);
    }

    private static void cross(double[] a, double[] b, double[] out) {
        set(out, a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
    }
}
