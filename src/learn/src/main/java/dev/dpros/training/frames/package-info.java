/** Pictures of data sets larger than memory: decoded ahead into a cache on disk, and the order that keeps what is not in it cheap. */
package dev.dpros.training.frames;
