package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;
import java.util.Arrays;

/** What a reader asked to be sent again, in a size of its own whatever it asks for. Under the lock of its {@link ReaderProxy}. */
final class RepairRequests {
    private static final int FRAGMENT_REQUESTS = 4;

    /** Fragments asked for of one sample. */
    private static final class FragmentRequest {
        private long sequence;
        private int base;
        private final int[] words = new int[Submessages.MAX_SET_BITS / 32];
    }

    private final int[] samples = new int[Submessages.MAX_SET_BITS / 32];
    private final FragmentRequest[] fragments = new FragmentRequest[FRAGMENT_REQUESTS];
    private long samplesBase;
    private int oldestRequest;
    private long wholeSequence;
    private int wholeFragment;

    RepairRequests() {
        for (int i = 0; i < fragments.length; i++) {
            fragments[i] = new FragmentRequest();
        }
    }

    /** The samples of an ACKNACK, in place of those before; false if none of them was sent before {@code next}. */
    boolean samples(PacketReader packet, long next) {
        samplesBase = packet.sequence();
        Arrays.fill(samples, 0);
        for (int i = 0; i < packet.bits(); i++) {
            long sequence = samplesBase + i;
            if (packet.bit(i) && sequence > 0 && sequence < next && sequence != wholeSequence) {
                samples[i >>> 5] |= 1 << (i & 31);
            }
        }
        return !isEmpty(samples);
    }

    /** The fragments of a NACK_FRAG, in place of those asked for before of its sample; false if there are none. */
    boolean fragments(PacketReader packet) {
        FragmentRequest request = null;
        for (FragmentRequest known : fragments) {
            if (known.sequence == packet.sequence()) {
                request = known;
            }
        }
        if (request == null) {
            request = fragments[oldestRequest++ & FRAGMENT_REQUESTS - 1];
        }
        request.base = packet.fragment() - 1;
        Arrays.fill(request.words, 0);
        for (int i = 0; i < packet.bits(); i++) {
            if (packet.bit(i)) {
                request.words[i >>> 5] |= 1 << (i & 31);
            }
        }
        request.sequence = isEmpty(request.words) ? 0 : packet.sequence();
        return request.sequence != 0;
    }

    /** Takes the next thing asked for into {@code repair}, oldest sample first; false if nothing is asked for. */
    boolean next(Repair repair) {
        FragmentRequest oldest = null;
        for (FragmentRequest request : fragments) {
            if (request.sequence != 0 && (oldest == null || request.sequence < oldest.sequence)) {
                oldest = request;
            }
        }
        if (wholeSequence == 0 && (oldest == null || firstSample() < oldest.sequence)) {
            int bit = takeBit(samples);
            wholeSequence = bit < 0 ? 0 : samplesBase + bit;
            wholeFragment = 0;
        }
        if (wholeSequence != 0) {
            repair.set(wholeSequence, wholeFragment, true);
            return true;
        }
        if (oldest == null) {
            return false;
        }
        repair.set(oldest.sequence, oldest.base + takeBit(oldest.words), false);
        if (isEmpty(oldest.words)) {
            oldest.sequence = 0;
        }
        return true;
    }

    /** The oldest sample asked for; the largest number if none is. */
    private long firstSample() {
        for (int word = 0; word < samples.length; word++) {
            if (samples[word] != 0) {
                return samplesBase + 32L * word + Integer.numberOfTrailingZeros(samples[word]);
            }
        }
        return Long.MAX_VALUE;
    }

    private static boolean isEmpty(int[] words) {
        for (int word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    private static int takeBit(int[] words) {
        for (int word = 0; word < words.length; word++) {
            if (words[word] != 0) {
                int bit = Integer.numberOfTrailingZeros(words[word]);
                words[word] &= words[word] - 1;
                return 32 * word + bit;
            }
        }
        return -1;
    }

    /** A packet of what was asked for went out; of a whole sample its last, if {@code toItsEnd}. */
    void sent(Repair repair, boolean toItsEnd) {
        if (repair.isWhole()) {
            wholeFragment++;
            wholeSequence = toItsEnd ? 0 : wholeSequence;
        }
    }

    /** What was asked for is gone, up to this sample: nothing of it is sent. */
    void gone(long sequence, long until) {
        if (wholeSequence == sequence) {
            wholeSequence = 0;
        }
        for (FragmentRequest request : fragments) {
            if (request.sequence <= until) {
                request.sequence = 0;
            }
        }
        for (long number = Math.max(sequence, samplesBase); number <= until && number - samplesBase < Submessages.MAX_SET_BITS; number++) {
            int bit = (int) (number - samplesBase);
            samples[bit >>> 5] &= ~(1 << (bit & 31));
        }
    }

    /** Whether nothing is asked for. */
    boolean isEmpty() {
        for (FragmentRequest request : fragments) {
            if (request.sequence != 0) {
                return false;
            }
        }
        return wholeSequence == 0 && isEmpty(samples);
    }
}
