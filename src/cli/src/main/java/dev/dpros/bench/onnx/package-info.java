/** Policies' networks as ONNX graphs, and ONNX Runtime beside libtorch. */
package dev.dpros.bench.onnx;
