package dev.dpros.datasets.lerobot;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.DepthCodes;
import dev.dpros.datasets.EpisodeDataset;
import java.util.List;

/** Two episodes of a depth camera at 10 Hz, in memory. */
record DepthEpisodes(DepthCodes codes) implements EpisodeDataset {
    static final String CAMERA = "observation.images.depth";
    static final int WIDTH = 64;
    static final int HEIGHT = 48;
    static final int STEPS = 6;

    /** What the camera saw, mm. */
    static int mm(int episode, int step, int pixel) {
        return pixel % 5 == 0 ? 0 : (int) ((pixel * 7919L + step * 131L + episode * 65_537L) % 11_000);
    }

    @Override
    public String name() {
        return "depth";
    }

    @Override
    public List<DatasetFeature> features() {
        return List.of(new DatasetFeature("observation.state", Kind.STATE, List.of(2), List.of()), DatasetFeature.depth(CAMERA, HEIGHT, WIDTH, codes),
                new DatasetFeature("action", Kind.ACTION, List.of(2), List.of()));
    }

    @Override
    public double fps() {
        return 10;
    }

    @Override
    public String robot() {
        return "";
    }

    @Override
    public int episodes() {
        return 2;
    }

    @Override
    public Episode episode(int index) {
        return new Made(codes, index);
    }

    @Override
    public void close() {}

    private record Made(DepthCodes codes, int index) implements Episode {
        @Override
        public String id() {
            return codes + "-" + index;
        }

        @Override
        public int length() {
            return STEPS;
        }

        @Override
        public String task() {
            return "reach";
        }

        @Override
        public Boolean success() {
            return null;
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            out[offset] = index + feature;
            out[offset + 1] = step;
        }

        @Override
        public void frame(int feature, int step, byte[] rows) {
            for (int pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
                DepthPixels.put(rows, pixel, mm(index, step, pixel));
            }
        }

        @Override
        public void close() {}
    }
}
