package dev.dpros.ros.message;

import dev.dpros.core.VectorReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Finds where a field starts in a serialized message of ROS 1. Immutable; free of allocation once built. */
final class Locator implements AccessPlan {
    private final Step[] steps;

    /** One step: fields to pass over, then possibly an element of an array to enter. */
    private record Step(SkipPlan skip, boolean element, int count, int index, int minimumElementSize) {}

    Locator() {
        this(new Step[0]);
    }

    private Locator(Step[] steps) {
        this.steps = steps;
    }

    @Override
    public Locator toField(MessageSchema schema, int field) {
        Step[] more = Arrays.copyOf(steps, steps.length + field);
        for (int i = 0; i < field; i++) {
            more[steps.length + i] = new Step(SkipPlan.of(schema.fields().get(i).type()), false, 0, 0, 0);
        }
        return new Locator(more);
    }

    @Override
    public Locator toElement(FieldType array, int index) {
        int count = array.arity() == FieldType.Arity.FIXED ? array.length() : -1;
        Step[] more = Arrays.copyOf(steps, steps.length + 1);
        more[steps.length] = new Step(SkipPlan.of(array.single()), true, count, index, array.minimumElementSize());
        return new Locator(more);
    }

    @Override
    public VectorReader numbers(FieldType type, List<Integer> indices, Aside aside,
            Supplier<? extends RuntimeException> failure) {
        NumericLeaves leaves = NumericLeaves.of(type, failure);
        NameIndex index = aside.names() == null ? null : new NameIndex((Locator) aside.names(), aside.wanted());
        return new NumericReader(this, (Locator) aside.stamp(), type, leaves, indices, index, aside.wanted());
    }

    /** The index of the field's first byte, or -1 if the message is too short or lacks the element. */
    int locate(ByteBuffer message) {
        int at = 0;
        for (int i = 0; i < steps.length && at >= 0; i++) {
            Step step = steps[i];
            at = step.element ? enter(step, message, at) : step.skip.skip(message, at);
        }
        return at;
    }

    private static int enter(Step step, ByteBuffer message, int offset) {
        int at = offset;
        int count = step.count;
        if (count < 0) {
            count = SkipPlan.count(message, at, step.minimumElementSize);
            at += 4;
        }
        if (step.index >= count) {
            return -1;
        }
        for (int i = 0; i < step.index && at >= 0; i++) {
            at = step.skip.skip(message, at);
        }
        return at;
    }
}
