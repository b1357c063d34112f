/** A bounded trace of a running node in a memory-mapped ring file; docs/trace.md has the format. */
package dev.dpros.recording.trace;
