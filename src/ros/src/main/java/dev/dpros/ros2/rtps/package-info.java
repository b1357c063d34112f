/**
 * Endpoints of RTPS over UDP: readers and writers, best effort and reliable, and the threads and sockets they share. Knows no topic, type or
 * discovery: who matches whom is said from above.
 */
package dev.dpros.ros2.rtps;
