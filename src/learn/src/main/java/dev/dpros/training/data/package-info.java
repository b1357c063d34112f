/** Demonstrations as training batches: windows, normalisation, augmentation, background loading. */
package dev.dpros.training.data;
