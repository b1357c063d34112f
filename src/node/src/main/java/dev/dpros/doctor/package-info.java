/** What may keep a policy from driving a robot, found before anything drives. */
package dev.dpros.doctor;
