/**
 * Rings of camera frames and vectors, image preparation, and their alignment on the policy's observation grid. Writers
 * never wait for readers: a reader re-checks the sequence number after copying and so never sees a torn sample.
 */
package dev.dpros.observation;
