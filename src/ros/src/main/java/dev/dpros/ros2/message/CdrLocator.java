package dev.dpros.ros2.message;

import dev.dpros.core.VectorReader;
import dev.dpros.ros.message.AccessPlan;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Finds where a field starts in a serialized message of ROS 2. Immutable; free of allocation once built. */
final class CdrLocator implements AccessPlan {
    private final Step[] steps;

    /** One step: a field to pass over, or an element of an array to enter; {@code array} is null for the first. */
    private record Step(CdrSkip skip, FieldType array, int index, int minimumElementSize) {}

    CdrLocator() {
        this(new Step[0]);
    }

    private CdrLocator(Step[] steps) {
        this.steps = steps;
    }

    @Override
    public CdrLocator toField(MessageSchema schema, int field) {
        Step[] more = Arrays.copyOf(steps, steps.length + field);
        for (int i = 0; i < field; i++) {
            more[steps.length + i] = new Step(CdrSkip.of(schema.fields().get(i).type()), null, 0, 0);
        }
        return new CdrLocator(more);
    }

    @Override
    public CdrLocator toElement(FieldType array, int index) {
        Step[] more = Arrays.copyOf(steps, steps.length + 1);
        more[steps.length] = new Step(CdrSkip.of(array.single()), array, index, array.minimumElementSize());
        return new CdrLocator(more);
    }

    @Override
    public VectorReader numbers(FieldType type, List<Integer> indices, Aside aside,
            Supplier<? extends RuntimeException> failure) {
        return new CdrNumbers(this, type, CdrLayout.ofNumbers(type, failure), indices, aside);
    }

    /** The index of the field's first byte or of the padding before it, or -1 if the message is too short or lacks the element. */
    int locate(ByteBuffer message, boolean big) {
        int at = Cdr.HEADER_BYTES;
        for (int i = 0; i < steps.length && at >= 0; i++) {
            Step step = steps[i];
            at = step.array != null ? enter(step, message, at, big) : step.skip.skip(message, at, big);
        }
        return at;
    }

    private static int enter(Step step, ByteBuffer message, int start, boolean big) {
        int at = start;
        int count = step.array.length();
        if (step.array.arity() == FieldType.Arity.VARIABLE) {
            at = Cdr.align(at, 4);
            count = Cdr.count(message, at, big, step.minimumElementSize, count);
            at += 4;
        }
        if (step.index >= count) {
            return -1;
        }
        for (int i = 0; i < step.index && at >= 0; i++) {
            at = step.skip.skip(message, at, big);
        }
        return at;
    }
}
