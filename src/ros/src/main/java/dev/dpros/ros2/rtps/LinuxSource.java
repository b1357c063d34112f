package dev.dpros.ros2.rtps;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.locks.LockSupport;

/**
 * Datagrams of one socket through recvmmsg(2): all that wait, up to a batch, in one call, without allocation whoever sends. Linux on 64 bits
 * ({@link LibC#available()}).
 */
final class LinuxSource implements DatagramSource {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVTIMEO = 20;
    private static final int MSG_WAITFORONE = 0x10000;
    private static final short POLLIN = 1;
    private static final int EAGAIN = 11;
    private static final int EADDRINUSE = 98;
    private static final long FAILURE_PAUSE_NS = 1_000_000;
    private static final int ADDRESS_BYTES = 16;
    /** struct mmsghdr: pointers to name and buffers, their lengths, flags; then the length received. */
    private static final int MESSAGE_BYTES = 64;
    private static final int IOVEC_BYTES = 16;
    private static final int LENGTH_AT = 56;
    /** The longest wait; the receive thread looks around at least so often. */
    private static final int LONG_MS = 100;
    /** A wait for the rest of something, which mostly comes. */
    private static final int SHORT_MS = 8;

    private final ByteBuffer[] packets = DatagramSource.batch();
    private final ByteBuffer messages = ByteBuffer.allocateDirect(BATCH * (MESSAGE_BYTES + IOVEC_BYTES)).order(ByteOrder.nativeOrder());
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(ADDRESS_BYTES + 8).order(ByteOrder.nativeOrder());
    private final long messagesAt = address(messages);
    private final long scratchAt = address(scratch);
    private final int fd;
    private final InetSocketAddress address;
    private final DatagramChannel waker;
    private final ByteBuffer wakeUp = ByteBuffer.allocateDirect(1);
    private int limitMs;

    /** Binds a socket. @throws BindException if the port is taken */
    LinuxSource(InetSocketAddress at, int bufferBytes) throws BindException {
        fd = LibC.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
        if (fd < 0) {
            throw new UncheckedIOException(new IOException("socket: errno " + Native.getLastError()));
        }
        boolean opened = false;
        try {
            option(SO_RCVBUF, bufferBytes, 4);
            limit(LONG_MS);
            bind(at);
            address = new InetSocketAddress(at.getAddress(), port());
            waker = Sockets.sending(address, 0);
            opened = true;
        } finally {
            if (!opened) {
                LibC.close(fd);
            }
        }
        prepare();
    }

    private static long address(ByteBuffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    private void option(int name, int value, int length) {
        scratch.clear().putInt(value);
        LibC.setsockopt(fd, SOL_SOCKET, name, scratchAt, length);
    }

    /** A wait takes this long at most, or some milliseconds more: the kernel counts in ticks. */
    private void limit(int timeoutMs) {
        limitMs = timeoutMs;
        scratch.clear().putLong(0).putLong(timeoutMs * 1000L);
        LibC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, scratchAt, 16);
    }

    private void bind(InetSocketAddress at) throws BindException {
        InetAddress host = at.getAddress();
        scratch.clear().putShort((short) AF_INET).put((byte) (at.getPort() >> 8)).put((byte) at.getPort()).put(host.getAddress()).putLong(0);
        if (LibC.bind(fd, scratchAt, ADDRESS_BYTES) != 0) {
            int errno = Native.getLastError();
            throw new BindException(at + ": " + (errno == EADDRINUSE ? "the port is taken" : "errno " + errno));
        }
    }

    private int port() {
        scratch.clear().putInt(ADDRESS_BYTES, ADDRESS_BYTES);
        LibC.getsockname(fd, scratchAt, scratchAt + ADDRESS_BYTES);
        return (scratch.get(2) & 0xff) << 8 | scratch.get(3) & 0xff;
    }

    private void prepare() {
        for (int i = 0; i < BATCH; i++) {
            int vector = BATCH * MESSAGE_BYTES + i * IOVEC_BYTES;
            messages.putLong(vector, address(packets[i])).putLong(vector + 8, DATAGRAM_BYTES);
            messages.putLong(i * MESSAGE_BYTES + 16, messagesAt + vector).putLong(i * MESSAGE_BYTES + 24, 1);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    @Override
    public int await(int timeoutMs) {
        if (timeoutMs < SHORT_MS && !readable(timeoutMs)) {
            return 0;
        }
        int fittingMs = timeoutMs < LONG_MS ? SHORT_MS : LONG_MS;
        if (fittingMs != limitMs) {
            limit(fittingMs);
        }
        int count = LibC.recvmmsg(fd, messagesAt, BATCH, MSG_WAITFORONE, 0);
        if (count < 0 && Native.getLastError() != EAGAIN) {
            LockSupport.parkNanos(FAILURE_PAUSE_NS);
        }
        return Math.max(0, count);
    }

    private boolean readable(int timeoutMs) {
        scratch.putInt(0, fd).putShort(4, POLLIN).putShort(6, (short) 0);
        return LibC.poll(scratchAt, 1, timeoutMs) > 0;
    }

    @Override
    public ByteBuffer packet(int index) {
        return packets[index];
    }

    @Override
    public int length(int index) {
        return messages.getInt(index * MESSAGE_BYTES + LENGTH_AT);
    }

    /** A datagram of one byte to itself. */
    @Override
    public synchronized void wake() {
        try {
            waker.send(wakeUp.clear(), address);
        } catch (IOException e) {
            // the time limit of the wait ends it
        }
    }

    @Override
    public int grantedReceiveBytes() {
        ByteBuffer own = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).putInt(4, 4);
        LibC.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, address(own), address(own) + 4);
        return Sockets.granted(own.getInt(0));
    }

    @Override
    public void close() {
        LibC.close(fd);
        Sockets.close(waker);
    }
}
