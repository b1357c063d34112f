/** A first training of one's own data: policies and settings that fit a data set. */
package dev.dpros.training.setup;
