/** A bounded trace of a running node in a ring file; docs/trace.md has the format. */
package dev.dpros.recording.trace;
