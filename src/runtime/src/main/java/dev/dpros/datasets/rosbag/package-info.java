/** rosbag 2.0 files, written and read; format: wiki.ros.org/Bags/Format/2.0. */
package dev.dpros.datasets.rosbag;
