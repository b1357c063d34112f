package dev.dpros.ros.message;

import dev.dpros.core.FieldPath;
import dev.dpros.core.VectorReader;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a wire format reaches what a {@link FieldPath} names: the steps so far. Immutable; each step gives another plan.
 * Built once for a type, before any message.
 */
public interface AccessPlan {
    /**
     * What a reader needs besides the values.
     *
     * @param stamp plan to the std_msgs/Header, or null if there is none
     * @param names plan to the array of names, or null if values are read by place
     * @param wanted the names that are looked up, empty if {@code names} is null
     */
    record Aside(AccessPlan stamp, AccessPlan names, List<String> wanted) {}

    /** Passes over the fields before this one of the message that starts here. */
    AccessPlan toField(MessageSchema schema, int field);

    /** Enters an element of the array that starts here. */
    AccessPlan toElement(FieldType array, int index);

    /**
     * A reader of the numbers in these elements of the field that starts here.
     *
     * @param failure gives what is thrown if the elements hold anything but a fixed number of numbers
     */
    VectorReader numbers(FieldType type, List<Integer> indices, Aside aside, Supplier<? extends RuntimeException> failure);
}
