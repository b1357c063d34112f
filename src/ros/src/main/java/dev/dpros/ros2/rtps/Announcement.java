package dev.dpros.ros2.rtps;

/**
 * What a stateless sample says of itself. Immutable.
 *
 * @param writerId entity id of the writer
 * @param readerId entity id of the reader, 0 for any
 * @param sequence number of the sample
 * @param statusInfo 0 for a sample; 1 disposed, 2 unregistered, 3 both: the payload then is a key
 */
public record Announcement(int writerId, int readerId, long sequence, int statusInfo) {}
