package dev.dpros.inference;

/**
 * One call of one of libtorch's operators, without the operators that it called in turn.
 *
 * @param operator its name, such as {@code mkldnn::_linear_pointwise}
 * @param selfUs time, microseconds
 * @param readBytes of its tensor arguments, four for each of their values; lists of tensors are not among them
 * @param allocatedBytes that it allocated and did not free
 */
public record OperatorCall(String operator, double selfUs, long readBytes, long allocatedBytes) {}
