#!/usr/bin/env bash
# Java's BufferedImage: the brightness of a grey picture that ImageIO has read
#
# Good guess: a grey PNG or JPEG whose pixels are 128 gives 0x808080 from getRGB, as drawing it into an RGB picture does.
# Really: getRGB gives 0xbcbcbc (188). Java's grey colour space is linear in light, so getRGB, ColorConvertOp and
# getScaledInstance brighten the picture, while the raster and every drawImage (also scaled and rotated) keep 128. setRGB
# darkens: 0x808080 is stored as 55. Pictures of 16 bits behave alike. Nothing tells the two groups of calls apart.
# Meets: mono cameras and masks in Java. A policy trained on 128 is shown 188, or not, depending on how pixels are fetched.
#
# Versions: OpenJDK 17.0.15 (Debian 12's openjdk-17; the script takes the `java` that is there). Seen on 2026-11-29:
#| png sample             128
#| png drawImage          128
#| png drawImage scaled   128
#| png getRGB             188
#| png ColorConvertOp     188
#| png getScaledInstance  188
#| jpg sample             128
#| jpg drawImage          128
#| jpg drawImage scaled   128
#| jpg getRGB             188
#| jpg ColorConvertOp     188
#| jpg getScaledInstance  188
#| 16 bits sample / 257   128
#| 16 bits drawImage      128
#| 16 bits getRGB         188
#| sample after setRGB     55
. "$(dirname "$0")/common.bash"
command -v java >/dev/null || unavailable "no java"

cat >"$tmp/Grey.java" <<'J'
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.io.File;
import javax.imageio.ImageIO;

class Grey {
    static final int SIZE = 8;

    static BufferedImage grey(int type, int value) {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, type);
        for (int i = 0; i < SIZE * SIZE; i++) {
            picture.getRaster().setSample(i % SIZE, i / SIZE, 0, value);
        }
        return picture;
    }

    static int drawn(Image picture, int size) {
        BufferedImage target = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = target.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(picture, 0, 0, size, size, null);
        return target.getRGB(1, 1) & 0xff;
    }

    static void say(String what, int value) {
        System.out.printf("%-22s %3d%n", what, value);
    }

    public static void main(String[] args) throws Exception {
        for (String format : new String[] {"png", "jpg"}) {
            File file = new File(args[0], "grey." + format);
            ImageIO.write(grey(BufferedImage.TYPE_BYTE_GRAY, 128), format, file);
            BufferedImage read = ImageIO.read(file);
            BufferedImage converted = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_3BYTE_BGR);
            new ColorConvertOp(null).filter(read, converted);
            say(format + " sample", read.getRaster().getSample(1, 1, 0));
            say(format + " drawImage", drawn(read, SIZE));
            say(format + " drawImage scaled", drawn(read, SIZE / 2));
            say(format + " getRGB", read.getRGB(1, 1) & 0xff);
            say(format + " ColorConvertOp", converted.getRGB(1, 1) & 0xff);
            say(format + " getScaledInstance", drawn(read.getScaledInstance(4, 4, Image.SCALE_AREA_AVERAGING), 4));
        }
        BufferedImage deep = grey(BufferedImage.TYPE_USHORT_GRAY, 128 * 257);
        say("16 bits sample / 257", deep.getRaster().getSample(1, 1, 0) / 257);
        say("16 bits drawImage", drawn(deep, SIZE));
        say("16 bits getRGB", deep.getRGB(1, 1) & 0xff);
        BufferedImage set = grey(BufferedImage.TYPE_BYTE_GRAY, 0);
        set.setRGB(1, 1, 0xff808080);
        say("sample after setRGB", set.getRaster().getSample(1, 1, 0));
    }
}
J
java -Djava.awt.headless=true "$tmp/Grey.java" "$tmp" >"$tmp/seen"
as_seen "$tmp/seen"
