package dev.dpros.training.frames;

import dev.dpros.datasets.EpisodeDataset;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the pictures of blocks out of data sets that it opens when it first needs them, for itself: readers are of one thread. An
 * episode stays open until another one's block is asked for. One thread.
 */
final class BlockDecoder implements AutoCloseable {
    private final PictureBlocks blocks;
    private final List<PictureSource> sources;
    private final List<EpisodeDataset> open = new ArrayList<>();
    private final byte[][] pictures;
    private EpisodeDataset.Episode episode;
    private int openPart = -1;
    private int openEpisode = -1;

    /** Takes a picture. */
    @FunctionalInterface
    interface Sink {
        /** A block's pictures come in order: a camera's rows, then the next camera's. @param rgb valid until the next call */
        void take(int camera, int row, byte[] rgb);
    }

    /** Opens nothing yet. @param sources by part */
    BlockDecoder(PictureBlocks blocks, List<PictureSource> sources) {
        this.blocks = blocks;
        this.sources = List.copyOf(sources);
        sources.forEach(source -> open.add(null));
        pictures = new byte[blocks.cameras()][];
        for (int camera = 0; camera < pictures.length; camera++) {
            pictures[camera] = new byte[blocks.size(camera)];
        }
    }

    /** Decodes a block. @throws dev.dpros.core.InputException if a picture of it is damaged */
    void decode(int block, Sink sink) {
        int part = blocks.part(block);
        try {
            EpisodeDataset.Episode of = episode(part, blocks.episode(block));
            for (int camera = 0; camera < pictures.length; camera++) {
                for (int i = 0; i < blocks.rows(block); i++) {
                    of.frame(sources.get(part).columns()[camera], blocks.step(block) + i, pictures[camera]);
                    sink.take(camera, blocks.first(block) + i, pictures[camera]);
                }
            }
        } catch (RuntimeException e) {
            closeAfter(e); // whatever state its readers are in
            throw e;
        }
    }

    private EpisodeDataset.Episode episode(int part, int wanted) {
        if (part != openPart || wanted != openEpisode) {
            closeEpisode();
            if (open.get(part) == null) {
                open.set(part, sources.get(part).open().get());
            }
            episode = open.get(part).episode(wanted);
            openPart = part;
            openEpisode = wanted;
        }
        return episode;
    }

    private void closeEpisode() {
        openPart = -1;
        EpisodeDataset.Episode before = episode;
        episode = null;
        if (before != null) {
            before.close();
        }
    }

    private void closeAfter(RuntimeException thrown) {
        try {
            close();
        } catch (RuntimeException e) {
            thrown.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            closeEpisode();
        } finally {
            for (int part = 0; part < open.size(); part++) {
                EpisodeDataset dataset = open.set(part, null);
                if (dataset != null) {
                    dataset.close();
                }
            }
        }
    }
}
