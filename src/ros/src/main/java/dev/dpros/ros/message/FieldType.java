package dev.dpros.ros.message;

/**
 * Type of one field: a primitive or a nested message, alone or as an array. Immutable.
 *
 * @param primitive the primitive element type, or null for a nested message
 * @param message the nested element type, or null for a primitive
 * @param arity alone, array of fixed length, or array of variable length
 * @param length number of elements if the arity is fixed; the most of them if it is variable and bounded, else 0
 * @param textBound the most characters of a string, 0 if it has no bound
 */
public record FieldType(Primitive primitive, MessageSchema message, Arity arity, int length, int textBound) {
    /** A type without bounds on strings. */
    public FieldType(Primitive primitive, MessageSchema message, Arity arity, int length) {
        this(primitive, message, arity, length, 0);
    }

    /** How many elements a field has. */
    public enum Arity {
        /** One element. */ ONE,
        /** A fixed number, not on the wire. */ FIXED,
        /** A u32 count and that many elements. */ VARIABLE
    }

    /** Wire size in bytes of one element if it is always the same, else -1. */
    public int elementSize() {
        return primitive != null ? primitive.size() : message.fixedSize();
    }

    /** Wire size in bytes of the whole field if it is always the same, else -1. */
    public int fixedSize() {
        int element = elementSize();
        return switch (arity) {
            case ONE -> element;
            case FIXED -> element < 0 ? -1 : MessageSchema.boundedSize((long) element * length);
            case VARIABLE -> -1;
        };
    }

    /** The least number of bytes one element takes on the wire. */
    public int minimumElementSize() {
        if (primitive != null) {
            return primitive.size() < 0 ? 4 : primitive.size();
        }
        return message.minimumSize();
    }

    /** The least number of bytes the field takes on the wire. */
    int minimumSize() {
        return switch (arity) {
            case ONE -> minimumElementSize();
            case FIXED -> MessageSchema.boundedSize((long) minimumElementSize() * length);
            case VARIABLE -> 4;
        };
    }

    /** The type of one element. */
    public FieldType single() {
        return new FieldType(primitive, message, Arity.ONE, 0, textBound);
    }

    /** As in a .msg file, with the package of a nested type. */
    public String text() {
        String element = (primitive != null ? primitive.rosName() : message.type()) + (textBound > 0 ? "<=" + textBound : "");
        return switch (arity) {
            case ONE -> element;
            case FIXED -> element + "[" + length + "]";
            case VARIABLE -> element + (length > 0 ? "[<=" + length + "]" : "[]");
        };
    }
}
