/** Bags of ROS 2: MCAP and SQLite files, alone or in a folder with metadata.yaml. */
package dev.dpros.datasets.rosbag2;
