package dev.dpros.datasets.lerobot;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_DISCARD;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_flush_buffers;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_BACKWARD;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_seek_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_index_get_entry_from_timestamp;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DepthCodes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIndexEntry;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Reads a video's frames as RGB rows, or as depth, by time; fast when they are asked for in order. mp4 alone, and of FFmpeg's decoders
 * those of LeRobot's codecs alone (docs/adr/0055). One thread; native memory is freed by {@link #close()}.
 */
public final class VideoReader implements AutoCloseable {
    /** Frames may be so much earlier than asked for: half a millisecond, less than any frame lasts. */
    private static final double TOLERANCE_S = 5e-4;
    /** A frame so much later is not the next one, s. */
    private static final double FAR_S = 1;
    private static final int END = -541478725;
    /** FFmpeg's names: H.264, H.265, AV1, VP9, MPEG-4. */
    private static final List<String> DECODERS = List.of("h264", "hevc", "libaom-av1", "vp9", "mpeg4");
    private static final long MOST_FRAMES = 1 << 24;
    private static final int UNITY = 1 << 16;
    /** AVColorSpace and the constants of swscale share their numbers; what is not tagged is BT.601, as players take it. */
    private static final int UNSPECIFIED = 2;
    private static final int BT_601 = 5;
    private static final int MAX_SIDE = 1 << 14;

    private final Path path;
    private int width;
    private int height;
    /** Of a depth video; null for colours. */
    private final DepthCodes depth;
    private byte[] depthRow = {};
    private byte[] depthRows = {};
    private final AVFormatContext format = new AVFormatContext(null);
    private final AVPacket packet = av_packet_alloc();
    private final AVFrame frame = av_frame_alloc();
    private BytePointer rgb;
    private final PointerPointer<BytePointer> planes = new PointerPointer<>(1);
    private final IntPointer strides = new IntPointer(1);
    private AVCodecContext codec;
    private SwsContext scaler;
    private int stream;
    private double secondsPerTick;
    private double at = Double.NaN;
    private boolean ended;
    private double[] times;

    static {
        av_log_set_level(AV_LOG_QUIET);
    }

    /** Opens a file. @throws InputException if it is no video of this size */
    public VideoReader(Path path, int width, int height) {
        this(path, width, height, null);
    }

    /** Opens a file whose brightness is depth ({@link DepthVideo}). @param codes null for one of colours @throws InputException if it is none of this size */
    VideoReader(Path path, int width, int height, DepthCodes codes) {
        this.path = path;
        this.width = width;
        this.height = height;
        depth = codes;
        openOrClose();
    }

    /** Opens a file of whatever size. @throws InputException if it is no video */
    public VideoReader(Path path) {
        this.path = path;
        depth = null;
        openOrClose();
    }

    private void openOrClose() {
        try {
            open();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Height of the pictures, pixels. */
    public int height() {
        return height;
    }

    /** Width of the pictures, pixels. */
    public int width() {
        return width;
    }

    /** The file as mp4: no other container, no playlist that leads to other files, none of FFmpeg's other decoders. */
    private void openContainer() {
        AVDictionary only = new AVDictionary(null);
        av_dict_set(only, "format_whitelist", "mp4", 0);
        av_dict_set(only, "codec_whitelist", String.join(",", DECODERS), 0);
        av_dict_set(only, "protocol_whitelist", "file", 0);
        int opened = avformat_open_input(format, path.toString(), (AVInputFormat) null, only);
        av_dict_free(only);
        check(opened, "it cannot be opened as mp4");
    }

    private void open() {
        OpenFiles.requireSome(path.toString());
        openContainer();
        check(avformat_find_stream_info(format, (AVDictionary) null), "it has no streams");
        stream = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
        check(stream, "it has no video");
        AVStream video = format.streams(stream);
        secondsPerTick = (double) video.time_base().num() / video.time_base().den();
        AVCodec decoder = avcodec_find_decoder(video.codecpar().codec_id());
        if (decoder == null || !DECODERS.contains(decoder.name().getString())) {
            throw InputException.of(path.toString(), "video codec", "AV1, H.264, H.265, VP9 or MPEG-4",
                    avcodec_get_name(video.codecpar().codec_id()).getString(), "");
        }
        codec = avcodec_alloc_context3(decoder);
        check(avcodec_parameters_to_context(codec, video.codecpar()), "its parameters are damaged");
        codec.thread_count(1);
        check(avcodec_open2(codec, decoder, (AVDictionary) null), "the decoder does not start");
        if (width == 0) {
            width = codec.width();
            height = codec.height();
        }
        if (codec.width() != width || codec.height() != height) {
            throw InputException.of(path.toString(), "video size", width + " x " + height + ", as described",
                    codec.width() + " x " + codec.height(), "");
        }
        if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
            throw InputException.of(path.toString(), "video size", "1 to " + MAX_SIDE + " pixels a side", width + " x " + height, "");
        }
        if (depth != null) {
            DepthVideo.require(codec.pix_fmt(), path);
            depthRow = new byte[DepthPixels.BYTES * width];
            depthRows = new byte[depthRow.length * height];
            return;
        }
        rgb = new BytePointer((long) width * height * 3);
        planes.put(0, rgb);
        strides.put(0, width * 3);
    }

    /**
     * Copies the frame shown at a time.
     *
     * @param seconds from the file's beginning
     * @param out {@code [H, W, 3]}, or of depth {@link DepthPixels}
     * @throws InputException if there is none
     */
    public void read(double seconds, byte[] out) {
        if (!(at <= seconds) || ended || keyFrameBetween(seconds)) {
            seek(seconds);
        }
        while (!(at >= seconds - TOLERANCE_S)) {
            if (!decode()) {
                throw InputException.of(path.toString(), "video", "a frame at " + seconds + " s", "its end", "the file is cut");
            }
        }
        if (depth != null) {
            System.arraycopy(depthRows, 0, out, 0, depthRows.length);
        } else {
            rgb.position(0).get(out, 0, width * height * 3);
        }
    }

    /**
     * When each frame is shown, in order, s: read from the container without decoding. Those that are cut off by an edit list
     * (ffmpeg -ss ... -c copy) are not shown.
     *
     * @throws InputException if the file is damaged
     */
    public double[] times() {
        if (times == null) {
            double[] found = new double[1024];
            int count = 0;
            check(av_seek_frame(format, stream, 0, AVSEEK_FLAG_BACKWARD), "cannot go to its beginning");
            for (int code = av_read_frame(format, packet); code != END; code = av_read_frame(format, packet)) {
                check(code, "it is damaged");
                if (packet.stream_index() == stream && (packet.flags() & AV_PKT_FLAG_DISCARD) == 0) {
                    if (count == found.length) {
                        check(count < MOST_FRAMES ? 0 : -1, "it has too many frames");
                        found = Arrays.copyOf(found, 2 * count);
                    }
                    found[count++] = packet.pts() * secondsPerTick;
                }
                av_packet_unref(packet);
            }
            times = Arrays.copyOf(found, count);
            Arrays.sort(times);
            seek(0);
        }
        return times;
    }

    /** Whether decoding may begin after the frame at hand and still come by the one asked for: never so from one frame to the next. */
    private boolean keyFrameBetween(double seconds) {
        if (seconds - at <= FAR_S) {
            return false;
        }
        AVIndexEntry key = avformat_index_get_entry_from_timestamp(format.streams(stream), tick(seconds), AVSEEK_FLAG_BACKWARD);
        return key != null && key.timestamp() * secondsPerTick > at;
    }

    private long tick(double seconds) {
        return Math.max(0, Math.round((seconds - TOLERANCE_S) / secondsPerTick));
    }

    private void seek(double seconds) {
        long tick = tick(seconds);
        check(av_seek_frame(format, stream, tick, AVSEEK_FLAG_BACKWARD), "cannot go to " + seconds + " s");
        avcodec_flush_buffers(codec);
        at = Double.NaN;
        ended = false;
    }

    private boolean decode() {
        while (true) {
            int code = avcodec_receive_frame(codec, frame);
            if (code >= 0) {
                convert();
                return true;
            }
            if (ended) {
                return false;
            }
            feed();
        }
    }

    private void feed() {
        int code = av_read_frame(format, packet);
        if (code == END) {
            ended = true;
            avcodec_send_packet(codec, null);
            return;
        }
        check(code, "it is damaged");
        try {
            if (packet.stream_index() == stream) {
                check(avcodec_send_packet(codec, packet), "it is damaged");
            }
        } finally {
            av_packet_unref(packet);
        }
    }

    private void convert() {
        if (frame.width() != width || frame.height() != height) {
            throw InputException.of(path.toString(), "frame size", width + " x " + height, frame.width() + " x " + frame.height(), "");
        }
        at = frame.best_effort_timestamp() * secondsPerTick;
        if (depth != null) {
            DepthVideo.require(frame.format(), path);
            DepthVideo.copy(frame, depth, depthRow, depthRows);
            return;
        }
        if (scaler == null) {
            scaler = sws_getContext(width, height, frame.format(), width, height, AV_PIX_FMT_RGB24, SWS_BILINEAR, null, null,
                    (DoublePointer) null);
            int space = frame.colorspace() == UNSPECIFIED ? BT_601 : frame.colorspace();
            sws_setColorspaceDetails(scaler, sws_getCoefficients(space), frame.color_range() == AVCOL_RANGE_JPEG ? 1 : 0,
                    sws_getCoefficients(BT_601), 1, 0, UNITY, UNITY);
        }
        sws_scale(scaler, frame.data(), frame.linesize(), 0, height, planes, strides);
    }

    private void check(int code, String what) {
        if (code < 0) {
            throw new InputException(path + ": video: " + what + " (FFmpeg error " + code + ")");
        }
    }

    @Override
    public void close() {
        if (codec != null) {
            avcodec_free_context(codec);
            codec = null;
        }
        if (!format.isNull()) {
            avformat_close_input(format);
            format.setNull();
        }
        if (scaler != null) {
            sws_freeContext(scaler);
            scaler = null;
        }
        av_frame_free(frame);
        av_packet_free(packet);
        if (rgb != null) {
            rgb.close();
        }
        planes.close();
        strides.close();
    }
}
