/**
 * Recording: the crash-proof episode journal, the recorder that fills it, and the datasets made from it. The journal is
 * the master copy; every other format is an export of it.
 */
package dev.dpros.recording;
