/** The embedded ROS master: Master API and Parameter Server API, answering as rosmaster does. */
package dev.dpros.ros.master;
