package dev.dpros.datasets.zarr;

import com.sun.jna.FunctionMapper;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.dpros.core.InputException;
import java.util.Map;

/**
 * Pictures in JPEG XL, UMI's usual compression, by the system's libjxl (0.7 or later), if it is there: none comes from Maven for Java 17.
 * Sizes are compared before a pixel is decoded. Stateless.
 */
final class JpegXl {
    private static final int BASIC_INFO = 0x40;
    private static final int FULL_IMAGE = 0x1000;
    private static final int SUCCESS = 0;
    private static final int NEEDS_IMAGE_BUFFER = 5;
    private static final int UINT8 = 2;
    /** JxlBasicInfo has 204 bytes, a hundred of them to grow into. */
    private static final int INFO_BYTES = 1024;

    /** The functions of libjxl's jxl/decode.h that are needed, without what their names begin with. */
    interface Decoder extends Library {
        /** See JxlDecoderCreate. */
        Pointer create(Pointer memoryManager);

        /** See JxlDecoderDestroy. */
        void destroy(Pointer decoder);

        /** See JxlDecoderSubscribeEvents. */
        int subscribeEvents(Pointer decoder, int events);

        /** See JxlDecoderSetInput. */
        int setInput(Pointer decoder, Pointer data, long size);

        /** See JxlDecoderCloseInput. */
        void closeInput(Pointer decoder);

        /** See JxlDecoderProcessInput. */
        int processInput(Pointer decoder);

        /** See JxlDecoderGetBasicInfo. */
        int getBasicInfo(Pointer decoder, Pointer info);

        /** See JxlDecoderSetImageOutBuffer. */
        int setImageOutBuffer(Pointer decoder, Pointer format, Pointer buffer, long size);
    }

    /** Loaded when it is first asked for; null if it cannot be. */
    private static final class Loaded {
        static final Decoder LIBJXL = load();

        private static Decoder load() {
            try {
                return Native.load("jxl", Decoder.class, Map.of(Library.OPTION_FUNCTION_MAPPER, (FunctionMapper) (library, method) ->
                        "JxlDecoder" + Character.toUpperCase(method.getName().charAt(0)) + method.getName().substring(1)));
            } catch (UnsatisfiedLinkError e) {
                return null;
            }
        }
    }

    private JpegXl() {}

    /** Whether this machine has libjxl. */
    static boolean present() {
        return Loaded.LIBJXL != null;
    }

    /**
     * Decodes pictures that follow each other in one code stream: one, or the frames of an animation, as imagecodecs writes them.
     *
     * @return uint8 {@code [count, height, width, channels]}
     * @throws InputException if it holds other pictures, or is damaged
     */
    static byte[] decode(String where, byte[] stored, int count, int height, int width, int channels) {
        Decoder libjxl = Loaded.LIBJXL;
        String expected = (count == 1 ? "a picture" : count + " pictures") + " of " + width + " x " + height;
        Pointer decoder = libjxl.create(null);
        try (Memory input = new Memory(Math.max(1, stored.length)); Memory output = new Memory((long) count * height * width * channels);
                Memory info = new Memory(INFO_BYTES); Memory format = new Memory(24)) {
            input.write(0, stored, 0, stored.length);
            format.clear();
            format.setInt(0, channels);
            format.setInt(4, UINT8);
            libjxl.subscribeEvents(decoder, BASIC_INFO | FULL_IMAGE);
            libjxl.setInput(decoder, input, stored.length);
            libjxl.closeInput(decoder);
            long each = output.size() / count;
            int begun = 0;
            for (int status = -1; status != SUCCESS;) {
                status = libjxl.processInput(decoder);
                if (status == BASIC_INFO) {
                    requireSize(where, expected, libjxl, decoder, info, height, width);
                } else if (status == NEEDS_IMAGE_BUFFER) {
                    require(begun < count && libjxl.setImageOutBuffer(decoder, format, output.share(begun * each), each) == SUCCESS,
                            where, expected, "more than fits");
                    begun++;
                } else {
                    require(status == FULL_IMAGE || status == SUCCESS, where, expected, "what libjxl cannot decode");
                }
            }
            require(begun == count, where, expected, begun + " pictures");
            return output.getByteArray(0, Math.toIntExact(output.size()));
        } finally {
            libjxl.destroy(decoder);
        }
    }

    private static void requireSize(String where, String expected, Decoder libjxl, Pointer decoder, Memory info, int height, int width) {
        info.clear();
        require(libjxl.getBasicInfo(decoder, info) == SUCCESS, where, expected, "what libjxl cannot decode");
        String size = Integer.toUnsignedString(info.getInt(4)) + " x " + Integer.toUnsignedString(info.getInt(8));
        require(size.equals(width + " x " + height), where, expected, size);
    }

    private static void require(boolean holds, String where, String expected, String found) {
        if (!holds) {
            throw InputException.of(where, "JPEG XL chunk", expected, found, "the file is damaged");
        }
    }
}
