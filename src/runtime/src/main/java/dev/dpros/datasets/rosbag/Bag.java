package dev.dpros.datasets.rosbag;

import java.nio.file.Path;

/** A bag of any format, open to be read as often as needed. One thread. */
public interface Bag extends AutoCloseable {
    /** Where it is. */
    Path path();

    /** Reads it from start to end, as far as it goes. @throws dev.dpros.core.InputException if it is damaged before its end */
    BagReader.Scan read(BagReader.Visitor visitor);

    /** Removes what reading needed. */
    @Override
    void close();
}
