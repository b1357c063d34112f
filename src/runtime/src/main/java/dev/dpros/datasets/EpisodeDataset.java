package dev.dpros.datasets;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** A sequence of aligned episodes, wherever they lie. One thread; reading does I/O and allocates. */
public interface EpisodeDataset extends AutoCloseable {
    /** Name for messages: a path. */
    String name();

    /** The columns. */
    List<DatasetFeature> features();

    /** Columns of texts, one text a step, by their keys; written in LeRobot's format alone. */
    default List<String> texts() {
        return List.of();
    }

    /** What a column of texts is where it lies. @param column its place in {@link #texts} */
    default TextForm textForm(int column) {
        return TextForm.PLAIN;
    }

    /** Whether a column of numbers holds truth values, 0 and 1; written as such in LeRobot's format. */
    default boolean truth(int feature) {
        return false;
    }

    /** A column's name where it lies, if that is not its key: a replay buffer's {@code img} is {@code observation.image}. */
    default String storedName(int feature) {
        return features().get(feature).key();
    }

    /** Steps per second. */
    double fps();

    /** Type of robot, or empty. */
    String robot();

    /** Number of episodes. */
    int episodes();

    /** How values are made of what was stored, where that is chosen: how messages are aligned. Empty where it is not. */
    default String reading() {
        return "";
    }

    /** Why an episode cannot be opened though nothing of it is damaged, such as a source without a message; empty if it can. */
    default String unfit(int index) {
        return "";
    }

    /** What is there and is not read, one line each: columns of another kind, episodes that are left out, with the reason. */
    default List<String> leftOut() {
        return List.of();
    }

    /**
     * Facts that the dataset states twice and that do not agree, one line each; empty if all do. Reads tables, not pictures.
     */
    default List<String> contradictions() {
        return List.of();
    }

    /**
     * What is damaged or not there although the rest can be read, one line each: {@code verify} counts it, exports say it.
     * Reads tables, not pictures.
     */
    default List<String> faults() {
        return List.of();
    }

    /** Names of the lists of episodes that the data set brings along, such as robomimic's filter keys {@code train} and {@code valid}. */
    default Set<String> masks() {
        return Set.of();
    }

    /** What to call an episode in messages. */
    default String label(int index) {
        return "episode " + index;
    }

    /** Opens one episode; it must be closed before the next is opened. @throws dev.dpros.core.InputException if damaged */
    Episode episode(int index);

    @Override
    void close();

    /** Steps {@code from} to {@code to}, the last not included. */
    record Stretch(int from, int to) {}

    /** One aligned episode. */
    interface Episode extends AutoCloseable {
        /** Identifies the episode for ever. */
        String id();

        /** Number of steps. */
        int length();

        /** Task text, may be empty. */
        String task();

        /** TRUE, FALSE, or null if it was not labelled. */
        Boolean success();

        /** One line: why nothing should be learnt from it, such as a camera that was gone for seconds; null if all is well. */
        default String unfit() {
            return null;
        }

        /** What was skipped in it so far, one line for each source. */
        default List<String> notes() {
            return List.of();
        }

        /** Names of the lists that it is in. */
        default Set<String> masks() {
            return Set.of();
        }

        /** How the messages of its sources came; empty for formats that hold steps alone. */
        default List<SourceRate> rates() {
            return List.of();
        }

        /**
         * What is said of each step beside the columns, by name, one value a step: reward, done, success; truth as 1 and 0, NaN where
         * a step says nothing. Empty where the format tells none. @throws dev.dpros.core.InputException if damaged
         */
        default Map<String, float[]> stepLabels() {
            return Map.of();
        }

        /** Whether some of what was skipped so far is damaged: values that are not finite, pictures that cannot be read. */
        default boolean damaged() {
            return false;
        }

        /** Whether a human had taken over from the policy at this step; false where the format does not tell. */
        default boolean intervention(int step) {
            return false;
        }

        /** The stretches in which somebody drove, in order; all of it where it is not known who did. */
        default List<Stretch> driven() {
            return List.of(new Stretch(0, length()));
        }

        /** Whether the recording should say who drove, and does not. */
        default boolean driverUnknown() {
            return false;
        }

        /** Copies a vector feature's values of one step. */
        void vector(int feature, int step, float[] out, int offset);

        /**
         * Copies an image feature's pixels of one step.
         *
         * @param rgb {@link DatasetFeature#frameBytes} long: RGB rows, {@code [H, W, 3]} uint8; of depth {@link dev.dpros.core.DepthPixels}
         */
        void frame(int feature, int step, byte[] rgb);

        /** A step's text. @param column place in {@link EpisodeDataset#texts} */
        default String text(int column, int step) {
            throw new IndexOutOfBoundsException("no texts");
        }

        @Override
        void close();
    }
}
