package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The one line that a user reads: its form, the name that was probably meant, and files that ran out. */
class ErrorsTest {
    private static final List<String> SCHEDULERS = List.of("ddim", "ddpm", "dpm_solver_pp");

    @Test
    void shouldSayWhereWhatExpectedFoundAndWhatToDo() {
        assertEquals("robot.yaml: rate_hz: expected above 0, found -1; set it",
                InputException.of("robot.yaml", "rate_hz", "above 0", "-1", "set it").getMessage());
        assertEquals("robot.yaml: rate_hz: expected above 0, found -1",
                InputException.of("robot.yaml", "rate_hz", "above 0", "-1", "").getMessage());
        IOException cause = new IOException("disk");
        assertSame(cause, new InputException("line", cause).getCause());
    }

    @Test
    void shouldGuessTheNameThatWasMeant() {
        assertEquals("; did you mean 'ddim'?", NearestName.hint("ddimm", SCHEDULERS));
        assertEquals("; did you mean 'ddpm'?", NearestName.hint("DDPM", SCHEDULERS));
        assertEquals("; valid: ddim, ddpm, dpm_solver_pp", NearestName.hint("something else", SCHEDULERS));
        assertEquals("", NearestName.hint("ddim", List.of()));
        assertEquals("nearest name ddim", NearestName.nearestName("dim", SCHEDULERS));
        assertEquals("", NearestName.nearestName("something else", SCHEDULERS));
        assertEquals("", NearestName.nearestName("ddim", List.of()));
    }

    @Test
    void shouldCountWhatMustBeChanged() {
        assertEquals(0, NearestName.distance("joint", "joint"));
        assertEquals(5, NearestName.distance("", "joint"));
        assertEquals(5, NearestName.distance("joint", ""));
        assertEquals(3, NearestName.distance("kitten", "sitting"));
        assertEquals(3, NearestName.distance("sitting", "kitten"));
    }

    /** In Turkish a capital I has no dot when it is made small: the guess must not depend on where the user lives. */
    @Test
    @ResourceLock(Resources.LOCALE)
    void shouldGuessAlikeInEveryCountry() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertEquals("; did you mean 'iiii'?", NearestName.hint("IIII", List.of("xxxx", "iiii")));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void shouldFindThatFilesRanOutWhereverItIsSaid() {
        IOException ranOut = new IOException("/data/a: Too many open files");
        assertTrue(OpenFiles.ranOut(ranOut).startsWith("/data/a: Too many open files: the limit is "), OpenFiles.ranOut(ranOut));
        assertTrue(OpenFiles.ranOut(new InputException("cannot be read", new RuntimeException(ranOut))).contains("ulimit -n"));
        RuntimeException closing = new RuntimeException("first");
        closing.addSuppressed(ranOut);
        assertTrue(OpenFiles.ranOut(closing).contains("/data/a"));
        assertNull(OpenFiles.ranOut(new IOException("no such file", new RuntimeException())));
        assertNull(OpenFiles.tooFew(), "the tests themselves need more");
    }

    @Test
    void shouldEndThoughTwoErrorsNameEachOther() {
        RuntimeException one = new RuntimeException("one");
        RuntimeException other = new RuntimeException("other", one);
        one.initCause(other);
        assertNull(OpenFiles.ranOut(one));
    }

    @Test
    void shouldLetBadInputPassButNotThatFilesRanOut() {
        InputException ranOut = new InputException("left out", new IOException("x (Too many open files)"));
        assertSame(ranOut, assertThrows(InputException.class, () -> OpenFiles.rethrow(ranOut)));
        assertDoesNotThrow(() -> OpenFiles.rethrow(new InputException("rows: expected 3, found 2")));
    }
}
