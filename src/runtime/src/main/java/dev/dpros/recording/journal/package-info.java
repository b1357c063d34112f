/**
 * The episode journal on disk: an append-only file of checksummed records, one file per episode. The format is
 * described in {@code docs/recording.md} and in {@link dev.dpros.recording.journal.JournalFormat}.
 */
package dev.dpros.recording.journal;
