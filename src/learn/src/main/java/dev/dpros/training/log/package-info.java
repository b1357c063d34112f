/** Where a training's measurements go: files, TensorBoard, curves. */
package dev.dpros.training.log;
