/**
 * Networks computed by kernels of this runtime, in vectors of the JDK's Vector API: for those that are so small that a library's calls
 * take longer than their products. Knows nothing of DJL.
 */
package dev.dpros.inference.vector;
