/** YAML files and ROS parameters to validated configuration records; every error names file, line and key. */
package dev.dpros.config;
