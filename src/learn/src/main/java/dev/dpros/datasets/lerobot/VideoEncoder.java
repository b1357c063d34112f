package dev.dpros.datasets.lerobot;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY12LE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_d2q;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.avutil.av_inv_q;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import dev.dpros.core.DepthPixels;
import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DepthCodes;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Encodes RGB frames into an mp4: AV1 by SVT-AV1, yuv420p, CRF 30 and a key frame every second frame, as LeRobot does,
 * so that any frame is found quickly. Depth ({@link DepthVideo}) is coded without loss, AV1 by libaom, since this FFmpeg has no encoder of
 * 12-bit HEVC. One thread; native memory is freed by {@link #close()}.
 */
final class VideoEncoder implements AutoCloseable {
    static final String CODEC = "av1";
    static final String PIXELS = "yuv420p";
    private static final String ENCODER = "libsvtav1";
    private static final Map<String, String> LOSSLESS = Map.of("crf", "0", "aom-params", "lossless=1", "cpu-used", "8", "usage", "realtime",
            "lag-in-frames", "0", "auto-alt-ref", "0");
    private static final int SMALLEST = 64;
    private static final int MAX_FPS_DENOMINATOR = 100_000;

    static {
        av_log_set_level(AV_LOG_ERROR);
        Function setenv = NativeLibrary.getProcess().getFunction("setenv");
        setenv.invokeInt(new Object[] {"SVT_LOG", "1", 0}); // the encoder has no other way to be quiet
    }

    private final Path path;
    private final int width;
    private final int height;
    /** Of depth; null for colours. */
    private final DepthCodes depth;
    private final AVFormatContext format = new AVFormatContext(null);
    private AVCodecContext codec;
    private AVStream stream;
    private AVFrame frame;
    private AVPacket packet;
    private SwsContext scaler;
    private BytePointer rgb;
    private PointerPointer<BytePointer> planes;
    private IntPointer strides;
    private AVRational timeBase;
    private byte[] depthRow = {};
    private long frames;
    private long bytes;

    /** Opens a file. @throws InputException if the size cannot be encoded or the file cannot be written */
    VideoEncoder(Path path, int width, int height, double fps) {
        this(path, width, height, fps, null);
    }

    /** Opens a file. @param codes of depth; null for colours @throws InputException if the size cannot be encoded or the file cannot be written */
    VideoEncoder(Path path, int width, int height, double fps, DepthCodes codes) {
        this.path = path;
        this.width = width;
        this.height = height;
        depth = codes;
        if (codes == null && (width % 2 != 0 || height % 2 != 0 || width < SMALLEST || height < SMALLEST)) {
            throw InputException.of(path.toString(), "video size", "even numbers of at least " + SMALLEST,
                    width + " x " + height, "export to zarr or bag instead");
        }
        OpenFiles.requireSome(path.toString());
        try {
            openCodec(fps);
            openFile();
            openFrame();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void openCodec(double fps) {
        AVCodec encoder = avcodec_find_encoder_by_name(depth == null ? ENCODER : DepthVideo.CODEC);
        if (encoder == null) {
            throw new InputException(path + ": this build of FFmpeg has no " + (depth == null ? ENCODER : DepthVideo.CODEC));
        }
        codec = avcodec_alloc_context3(encoder);
        AVRational rate = av_d2q(fps, MAX_FPS_DENOMINATOR);
        timeBase = av_inv_q(rate);
        codec.width(width).height(height).pix_fmt(pixels()).gop_size(2);
        codec.time_base(timeBase);
        codec.framerate(rate);
        codec.flags(codec.flags() | org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER);
        AVDictionary options = new AVDictionary(null);
        if (depth == null) {
            av_dict_set(options, "crf", "30", 0);
            av_dict_set(options, "preset", "10", 0);
        } else {
            codec.thread_count(1);
            LOSSLESS.forEach((name, value) -> av_dict_set(options, name, value, 0));
        }
        check(EncoderThreads.open(() -> avcodec_open2(codec, encoder, options)), "the encoder does not start");
    }

    private int pixels() {
        return depth == null ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_GRAY12LE;
    }

    private void openFile() {
        check(avformat_alloc_output_context2(format, null, "mp4", path.toString()), "no mp4 writer");
        stream = avformat_new_stream(format, null);
        stream.time_base(timeBase);
        stream.avg_frame_rate(codec.framerate());
        check(avcodec_parameters_from_context(stream.codecpar(), codec), "the encoder's parameters do not fit mp4");
        AVIOContext io = new AVIOContext(null);
        check(avio_open(io, path.toString(), org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE),
                "the file cannot be opened");
        format.pb(io);
        check(avformat_write_header(format, (AVDictionary) null), "the file's header cannot be written");
    }

    private void openFrame() {
        frame = av_frame_alloc();
        frame.width(width).height(height).format(pixels());
        check(av_frame_get_buffer(frame, 0), "no memory for a frame");
        packet = av_packet_alloc();
        if (depth != null) {
            depthRow = new byte[DepthPixels.BYTES * width];
            return;
        }
        scaler = sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR, null,
                null, (DoublePointer) null);
        rgb = new BytePointer((long) width * height * 3);
        planes = new PointerPointer<>(1);
        planes.put(0, rgb);
        strides = new IntPointer(1);
        strides.put(0, width * 3);
    }

    /** Appends a frame: RGB rows, {@code [H, W, 3]}, or depth as {@link DepthPixels} has it. */
    void append(byte[] pixels) {
        check(av_frame_make_writable(frame), "no memory for a frame");
        if (depth == null) {
            rgb.put(pixels, 0, width * height * 3);
            sws_scale(scaler, planes, strides, 0, height, frame.data(), frame.linesize());
        } else {
            DepthVideo.code(pixels, depth, depthRow, frame);
        }
        frame.pts(frames++);
        encode(frame);
    }

    /** Bytes of video so far. */
    long bytes() {
        return bytes;
    }

    /** Writes what the encoder still holds, and the file's index. */
    void finish() {
        encode(null);
        check(av_write_trailer(format), "the file's index cannot be written");
    }

    private void encode(AVFrame next) {
        check(avcodec_send_frame(codec, next), "frame " + frames + " cannot be encoded");
        while (avcodec_receive_packet(codec, packet) >= 0) {
            bytes += packet.size();
            av_packet_rescale_ts(packet, timeBase, stream.time_base());
            packet.stream_index(0);
            check(av_interleaved_write_frame(format, packet), "the file cannot be written (disk full?)");
            av_packet_unref(packet);
        }
    }

    private void check(int code, String what) {
        if (code < 0) {
            throw new InputException(path + ": video: " + what + " (FFmpeg error " + code + ")");
        }
    }

    @Override
    public void close() {
        if (!format.isNull()) {
            if (format.pb() != null && !format.pb().isNull()) {
                avio_closep(format.pb());
            }
            avformat_free_context(format);
            format.setNull();
        }
        if (codec != null) {
            avcodec_free_context(codec);
            codec = null;
        }
        if (frame != null) {
            av_frame_free(frame);
            av_packet_free(packet);
            frame = null;
        }
        if (scaler != null) {
            sws_freeContext(scaler);
            rgb.close();
            planes.close();
            strides.close();
            scaler = null;
        }
    }
}
