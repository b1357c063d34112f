package dev.dpros.dataview;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SourceRate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Four episodes made as they are asked for: two cameras whose grey is the step, a state and an action; texts are what a stranger might have
 * written. The third cannot be read.
 */
final class TestDataset implements EpisodeDataset {
    static final String HOSTILE = "<img src=x onerror=\"document.title='taken'\"> & push the T to a very_long_name_without_any_break_in_it_whatsoever";
    static final int LENGTH = 90;
    private static final List<DatasetFeature> FEATURES = List.of(
            new DatasetFeature("observation.images.wrist", FeatureSpec.Kind.VISUAL, List.of(3, 24, 32), List.of()),
            new DatasetFeature("observation.images.table<b>", FeatureSpec.Kind.VISUAL, List.of(3, 240, 320), List.of()),
            new DatasetFeature("observation.state", FeatureSpec.Kind.STATE, List.of(2), List.of("shoulder_pan_joint_position", "<i>elbow</i>")),
            new DatasetFeature("action", FeatureSpec.Kind.ACTION, List.of(2), List.of()));

    /** Episodes that are open now, and pictures that were decoded. */
    final AtomicInteger open;
    final AtomicInteger decoded;

    TestDataset(AtomicInteger open, AtomicInteger decoded) {
        this.open = open;
        this.decoded = decoded;
    }

    @Override
    public String name() {
        return "/data/<script>alert(1)</script>";
    }

    @Override
    public List<DatasetFeature> features() {
        return FEATURES;
    }

    @Override
    public List<String> texts() {
        return List.of("language_instruction");
    }

    @Override
    public double fps() {
        return 30;
    }

    @Override
    public String robot() {
        return "arm7";
    }

    @Override
    public int episodes() {
        return 4;
    }

    @Override
    public List<String> leftOut() {
        return List.of("'observation.depth': <b>uint16</b>");
    }

    @Override
    public List<String> contradictions() {
        return List.of("total_frames: expected 5, found 6");
    }

    @Override
    public Episode episode(int index) {
        if (index == 2) {
            throw new InputException("episode_2: checksum: expected 1, found 2");
        }
        open.incrementAndGet();
        return new Made(index);
    }

    @Override
    public void close() {}

    /** One of them. */
    private final class Made implements Episode {
        private final int index;

        Made(int index) {
            this.index = index;
        }

        @Override
        public String id() {
            return "id-" + index;
        }

        @Override
        public int length() {
            return LENGTH + 10 * index;
        }

        @Override
        public String task() {
            return index == 0 ? HOSTILE : "task " + index;
        }

        @Override
        public Boolean success() {
            return index == 0 ? Boolean.TRUE : index == 1 ? Boolean.FALSE : null;
        }

        @Override
        public Set<String> masks() {
            return Set.of("train");
        }

        @Override
        public List<String> notes() {
            return List.of("wrist: skipped 3 <u>pictures</u>");
        }

        @Override
        public List<SourceRate> rates() {
            return List.of(new SourceRate("wrist", "/wrist/image", LENGTH, 30 + index, 66.7 + index, 2));
        }

        @Override
        public Map<String, float[]> stepLabels() {
            float[] reward = new float[length()];
            for (int step = 0; step < reward.length; step++) {
                reward[step] = step / 100f;
            }
            return Map.of("next.reward", reward);
        }

        @Override
        public String text(int column, int step) {
            return "<b>step " + step + "</b>";
        }

        @Override
        public boolean intervention(int step) {
            return index == 0 && step >= 30 && step < 60;
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            out[offset] = (feature == 3 ? 1e17f : 1) * (float) Math.sin(step / 10.0 + feature);
            out[offset + 1] = step == 7 ? Float.NaN : step;
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            if (index == 1 && step == 5) {
                throw new InputException("film.mp4: <b>frame 5</b> is damaged");
            }
            decoded.incrementAndGet();
            for (int i = 0; i < rgb.length; i += 3) {
                rgb[i] = (byte) (2 * step);
                rgb[i + 1] = (byte) (100 * feature);
                rgb[i + 2] = (byte) (50 * index);
            }
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }
}
