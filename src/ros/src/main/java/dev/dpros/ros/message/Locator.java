package dev.dpros.ros.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds where a field starts in a serialized message. Compiled once from the steps of a path; then immutable and free of
 * allocation.
 */
final class Locator {
    private final List<Step> building = new ArrayList<>();
    private Step[] steps = new Step[0];

    /** One step: fields to pass over, then possibly an element of an array to enter. */
    private record Step(SkipPlan skip, boolean element, int count, int index, int minimumElementSize) {}

    /** A copy to which further steps may be added. */
    Locator copy() {
        Locator copy = new Locator();
        copy.building.addAll(building);
        copy.steps = steps.clone();
        return copy;
    }

    /** Passes over the fields before {@code field}. */
    Locator toField(MessageSchema schema, int field) {
        for (int i = 0; i < field; i++) {
            building.add(new Step(SkipPlan.of(schema.fields().get(i).type()), false, 0, 0, 0));
        }
        return done();
    }

    /** Enters element {@code index} of the array that starts here. */
    Locator toElement(FieldType array, int index) {
        int count = array.arity() == FieldType.Arity.FIXED ? array.length() : -1;
        building.add(new Step(SkipPlan.of(SkipPlan.single(array)), true, count, index, array.minimumElementSize()));
        return done();
    }

    private Locator done() {
        steps = building.toArray(new Step[0]);
        return this;
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
