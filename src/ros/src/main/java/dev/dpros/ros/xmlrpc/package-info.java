/** XML-RPC as ROS 1 speaks it: a client and a server for the master, slave and parameter APIs. */
package dev.dpros.ros.xmlrpc;
