package dev.dpros.core;

/**
 * What a check found, for a person who looks for a fault. Immutable.
 *
 * @param subject what was looked at, in few words
 * @param grade how bad it is
 * @param found what was found, in one line
 * @param remedy what to do, in one line; empty if there is nothing to do
 */
public record Finding(String subject, Grade grade, String found, String remedy) {
    /** How bad a finding is. */
    public enum Grade {
        /** As it should be. */ OK,
        /** To be known; nothing has to be done. */ NOTE,
        /** It works, but not as well or as safely as it could. */ WARNING,
        /** It cannot work like this. */ FAULT
    }

    /** As it should be. */
    public static Finding ok(String subject, String found) {
        return new Finding(subject, Grade.OK, found, "");
    }

    /** To be known. */
    public static Finding note(String subject, String found, String remedy) {
        return new Finding(subject, Grade.NOTE, found, remedy);
    }

    /** Works, but not well. */
    public static Finding warning(String subject, String found, String remedy) {
        return new Finding(subject, Grade.WARNING, found, remedy);
    }

    /** Cannot work. */
    public static Finding fault(String subject, String found, String remedy) {
        return new Finding(subject, Grade.FAULT, found, remedy);
    }
}
