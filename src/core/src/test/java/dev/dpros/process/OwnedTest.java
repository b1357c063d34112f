package dev.dpros.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnedTest {
    private final List<String> closed = new ArrayList<>();
    private final Owned owned = new Owned();

    private AutoCloseable part(String name) {
        return () -> closed.add(name);
    }

    private AutoCloseable broken(String name, Throwable thrown) {
        return () -> {
            closed.add(name);
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        };
    }

    @Test
    void shouldCloseInReverseOrderAndOnce() {
        owned.own(part("first"));
        AutoCloseable second = owned.own(part("second"));
        owned.own(part("third"));
        owned.ownBelow(second, part("below the second"));
        owned.close();
        owned.close();
        assertEquals(List.of("third", "second", "below the second", "first"), closed);
        assertThrows(IllegalArgumentException.class, () -> new Owned().ownBelow(second, part("x")));
    }

    @Test
    void shouldCloseTheOthersWhenOneThrows() {
        IllegalStateException late = new IllegalStateException("late");
        NoClassDefFoundError early = new NoClassDefFoundError("early");
        owned.own(part("first"));
        owned.own(broken("second", late));
        owned.own(part("third"));
        owned.own(broken("fourth", early));
        NoClassDefFoundError thrown = assertThrows(NoClassDefFoundError.class, owned::close);
        assertEquals(List.of("fourth", "third", "second", "first"), closed);
        assertSame(early, thrown);
        assertArrayEquals(new Throwable[] {late}, thrown.getSuppressed());
    }

    @Test
    void shouldThrowACheckedExceptionAsAnUncheckedOne() {
        owned.own(broken("file", new IOException("disk")));
        IllegalStateException thrown = assertThrows(IllegalStateException.class, owned::close);
        assertEquals("disk", thrown.getCause().getMessage());
    }

    @Test
    void shouldLeaveNothingBehindWhenALatePartFails() {
        IllegalArgumentException failure = new IllegalArgumentException("the third");
        IllegalStateException meanwhile = new IllegalStateException("the second");
        owned.own(part("first"));
        owned.own(broken("second", meanwhile));
        owned.closeAfter(failure);
        assertEquals(List.of("second", "first"), closed);
        assertArrayEquals(new Throwable[] {meanwhile}, failure.getSuppressed());
    }

    @Test
    void shouldCloseAtOnceWhatComesAfterTheEnd() {
        AutoCloseable first = owned.own(part("first"));
        owned.close();
        owned.own(part("late"));
        owned.ownBelow(first, part("later"));
        assertEquals(List.of("first", "late", "later"), closed);
    }
}
