/** LeRobotDataset v3.0, written: parquet tables by DuckDB, AV1 video by FFmpeg, statistics with quantiles. */
package dev.dpros.datasets.lerobot;
