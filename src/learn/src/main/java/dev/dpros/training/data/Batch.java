package dev.dpros.training.data;

import dev.dpros.core.TensorData;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * B windows of demonstrations, as a training step takes them. All tensors are float32, row-major, on direct memory.
 * Whoever made it says how long its memory stays as it is.
 *
 * @param size B
 * @param inputs by feature key, in the policy's order. Vectors are normalised: {@code [B, To, D]}. Images are in [0, 1],
 *     not normalised, and already cropped where the policy crops (at random in training, centred otherwise):
 *     {@code [B, To, C, h, w]}. Where the encoder's convolutions are frozen, their spatial-softmax coordinates stand in
 *     the image's place: {@code [B, To, 2 * keypoints]}. T steps rather than To where observations are denoised too
 * @param action {@code [B, T, A]} normalised; a regression's targets in its place
 * @param mask {@code [B, T]}: 1 where the action was recorded, 0 where it is padding beyond the episode's ends
 */
public record Batch(int size, Map<String, TensorData> inputs, TensorData action, TensorData mask) {
    /** @throws IllegalArgumentException if a tensor is not of B rows, or the mask does not fit the action */
    public Batch {
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        for (Map.Entry<String, TensorData> input : inputs.entrySet()) {
            requireRows(input.getKey(), input.getValue(), size);
        }
        requireRows("action", action, size);
        if (action.shape().size() != 3 || !mask.shape().equals(List.of((long) size, action.shape().get(1)))) {
            throw new IllegalArgumentException("batch: expected an action [B, T, A] and a mask [B, T], found "
                    + action.shape() + " and " + mask.shape());
        }
    }

    private static void requireRows(String name, TensorData tensor, int size) {
        if (size < 1 || tensor.shape().isEmpty() || tensor.shape().get(0) != size || tensor.dtype() != TensorData.DType.F32) {
            throw new IllegalArgumentException("batch: " + name + ": expected float32 of " + size + " rows, found "
                    + tensor.dtype() + " " + tensor.shape());
        }
    }
}
