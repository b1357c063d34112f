package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class WatchdogTest {
    private static final List<String> SOURCES = List.of("/left", "/right", "/joint_states");

    /** The table of docs/watchdog.md: event to the four next states. */
    private static Map<String, String[]> documentedTable() throws IOException {
        Map<String, String[]> rows = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("docs/watchdog.md"))) {
            String[] cells = line.split("\\|");
            if (line.startsWith("| `") && cells.length >= 6) {
                rows.put(cells[1].replace("`", "").strip(), new String[] {cells[2].strip(), cells[3].strip(),
                    cells[4].strip(), cells[5].strip()});
            }
        }
        return rows;
    }

    @TestFactory
    Stream<DynamicTest> shouldDoInEveryPairWhatTheDocumentedTableSays() throws IOException {
        Map<String, String[]> table = documentedTable();
        assertEquals(SafetyEvent.values().length, table.size());
        List<DynamicTest> tests = new ArrayList<>();
        for (SafetyEvent event : SafetyEvent.values()) {
            for (SafetyState state : SafetyState.values()) {
                tests.add(DynamicTest.dynamicTest(state + ", " + event, () -> {
                    String cell = table.get(event.code())[state.ordinal()];
                    SafetyState expected = cell.equals("illegal") ? null
                            : SafetyState.valueOf(cell.toUpperCase(Locale.ROOT));
                    assertEquals(expected, TransitionTable.next(state, event));
                }));
            }
        }
        return tests.stream();
    }

    private static Watchdog started() {
        Watchdog watchdog = new Watchdog(SOURCES, WatchdogListener.NONE);
        watchdog.request(SafetyEvent.STARTED);
        watchdog.applyRequests(1, 2);
        watchdog.update();
        return watchdog;
    }

    /** Whoever asked reads the state after it: a stop is not answered with the state before. */
    @Test
    void shouldHaveARequestPendingUntilItToldOnTheState() {
        Watchdog watchdog = new Watchdog(SOURCES, WatchdogListener.NONE);
        watchdog.request(SafetyEvent.STARTED);
        int taken = watchdog.takeRequests();
        assertTrue(watchdog.requestPending());
        watchdog.applyRequests(taken, 1, 1);
        assertTrue(watchdog.requestPending());
        watchdog.update();
        assertFalse(watchdog.requestPending());
        assertEquals(0, watchdog.takeRequests());
        assertFalse(watchdog.requestPending());
    }

    @Test
    void shouldBeginStoppedAndGoNominalWhenStarted() {
        Watchdog watchdog = new Watchdog(SOURCES, WatchdogListener.NONE);
        assertEquals(SafetyState.HOLD, watchdog.update());
        assertFalse(watchdog.started());
        assertEquals(SafetyState.NOMINAL, started().state());
    }

    @Test
    void shouldCountIllegalEventsAndStay() {
        Watchdog watchdog = started();
        watchdog.request(SafetyEvent.RESET);
        watchdog.request(SafetyEvent.STARTED);
        watchdog.applyRequests(3, 4);
        assertEquals(SafetyState.NOMINAL, watchdog.update());
        assertEquals(2, watchdog.illegalEvents());
    }

    @Test
    void shouldStayWhileAnyCauseRemains() {
        Watchdog watchdog = started();
        watchdog.raise(SafetyEvent.CAMERA_STALE, 0);
        watchdog.raise(SafetyEvent.CAMERA_STALE, 1);
        watchdog.raise(SafetyEvent.CHUNK_EXHAUSTED, Watchdog.NO_SOURCE);
        assertEquals(SafetyState.HOLD, watchdog.update());
        watchdog.clear(SafetyEvent.CHUNK_EXHAUSTED, Watchdog.NO_SOURCE);
        assertEquals(SafetyState.DEGRADED, watchdog.update());
        watchdog.clear(SafetyEvent.CAMERA_STALE, 0);
        assertEquals(SafetyState.DEGRADED, watchdog.update());
        watchdog.clear(SafetyEvent.CAMERA_STALE, 1);
        assertEquals(SafetyState.NOMINAL, watchdog.update());
    }

    @Test
    void shouldNameTheSourceInTheReason() {
        Watchdog watchdog = started();
        watchdog.raise(SafetyEvent.CAMERA_BLANK, 1);
        assertEquals(SafetyEvent.CAMERA_BLANK, watchdog.reason());
        assertEquals(1, watchdog.reasonSource());
        assertTrue(watchdog.active(SafetyEvent.CAMERA_BLANK, 1));
        assertFalse(watchdog.active(SafetyEvent.CAMERA_BLANK, 0));
    }

    @Test
    void shouldCountACauseOnceWhileItLasts() {
        Watchdog watchdog = started();
        watchdog.raise(SafetyEvent.CHUNK_LATE, Watchdog.NO_SOURCE);
        watchdog.raise(SafetyEvent.CHUNK_LATE, Watchdog.NO_SOURCE);
        assertEquals(1, watchdog.count(SafetyEvent.CHUNK_LATE));
        assertEquals(1, watchdog.transitions(SafetyState.NOMINAL, SafetyState.DEGRADED));
    }

    @Test
    void shouldNeedANewStartAfterTheEnableInputWasLost() {
        Watchdog watchdog = started();
        watchdog.request(SafetyEvent.ENABLE_LOST);
        watchdog.applyRequests(3, 3);
        assertEquals(SafetyState.HOLD, watchdog.update());
        assertFalse(watchdog.started());
        watchdog.request(SafetyEvent.STARTED);
        watchdog.applyRequests(4, 4);
        assertEquals(SafetyState.NOMINAL, watchdog.update());
    }

    @Test
    void shouldLetAStopWinOverAStartOfTheSameTick() {
        Watchdog watchdog = new Watchdog(SOURCES, WatchdogListener.NONE);
        watchdog.request(SafetyEvent.OPERATOR_STOP);
        watchdog.request(SafetyEvent.STARTED);
        watchdog.applyRequests(1, 1);
        assertEquals(SafetyState.HOLD, watchdog.update());
        assertFalse(watchdog.started());
    }

    @Test
    void shouldRefuseRequestsForEventsThatAreNotTheOperators() {
        assertThrows(IllegalArgumentException.class, () -> started().request(SafetyEvent.CLEARED));
    }

    @Test
    void shouldLogTransitionsWithTimesAndOverwriteTheOldest() {
        Watchdog watchdog = started();
        for (int i = 0; i < 1100; i++) {
            watchdog.applyRequests(100 + i, 5000 + i);
            watchdog.set(SafetyEvent.CAMERA_STALE, 2, i % 2 == 0);
            watchdog.update();
        }
        TransitionLog.Entry entry = new TransitionLog.Entry();
        assertEquals(1101, watchdog.log().size());
        assertFalse(watchdog.log().read(1101, entry));
        assertFalse(watchdog.log().read(76, entry));
        assertTrue(watchdog.log().read(77, entry));
        assertTrue(watchdog.log().read(1099, entry));
        assertEquals(1198, entry.nowNs);
        assertEquals(6098, entry.rosNs);
        assertEquals(SafetyState.NOMINAL, entry.from);
        assertEquals(SafetyState.DEGRADED, entry.to);
        assertEquals(SafetyEvent.CAMERA_STALE, entry.event);
        assertEquals(2, entry.source);
    }

    @Test
    void shouldTellTheListenerOfEachTransition() {
        List<String> heard = new ArrayList<>();
        Watchdog watchdog = new Watchdog(SOURCES,
                made -> heard.add(made.from + ">" + made.to + " " + made.event + " " + made.source));
        watchdog.request(SafetyEvent.EMERGENCY_STOP);
        watchdog.applyRequests(1, 1);
        assertEquals(List.of("HOLD>FAULT EMERGENCY_STOP -1"), heard);
    }
}
