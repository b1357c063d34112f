/** Who else is there: settings of a domain, participants (SPDP), their endpoints (SEDP), and which of them fit together. */
package dev.dpros.ros2.discovery;
