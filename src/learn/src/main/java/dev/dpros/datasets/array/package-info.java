/** Arrays as the formats of data sets store them, in chunks: their element types, rows and pictures. */
package dev.dpros.datasets.array;
