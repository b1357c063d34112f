/** TCPROS: connection headers, topic publishers and subscribers, services. No knowledge of the master. */
package dev.dpros.ros.tcpros;
