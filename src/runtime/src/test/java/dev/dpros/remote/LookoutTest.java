package dev.dpros.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Looks that end when the test says so, or never. Rounds are over at once. */
@Execution(ExecutionMode.CONCURRENT)
class LookoutTest {
    private final List<Runnable> begun = new ArrayList<>();
    private final Set<Integer> givenUp = new TreeSet<>();
    private final List<String> answers = new ArrayList<>();
    private boolean answersAtOnce;

    /** A look finds the next answer; an empty one is a refusal. */
    private final Lookout<String> lookout = new Lookout<>(() -> {
        String answer = answers.remove(0);
        if (answer.isEmpty()) {
            throw new RemoteFailure(RemoteFailure.Kind.STATUS, "not ready");
        }
        return answer;
    }, 1, this::begin, "there");

    private Future<?> begin(Runnable look) {
        int index = begun.size();
        begun.add(look);
        if (answersAtOnce) {
            look.run();
        }
        return new CompletableFuture<Void>() {
            @Override
            public boolean cancel(boolean interrupts) {
                givenUp.add(index);
                return super.cancel(interrupts);
            }
        };
    }

    private void answer(int look, String with) {
        answers.add(with);
        begun.get(look).run();
    }

    private void requireNothing(RemoteFailure.Kind kind, String reason) {
        RemoteFailure failure = assertThrows(RemoteFailure.class, lookout::round);
        assertEquals(kind, failure.kind());
        assertEquals(reason, failure.getMessage());
    }

    private void requireNoAnswer() {
        requireNothing(RemoteFailure.Kind.TIMEOUT, "there: no answer within 0 ms");
    }

    @Test
    void shouldBeginALookInEachRoundThoughNoneIsEverAnsweredAndKeepOneOfThem() {
        for (int round = 0; round < 20; round++) {
            requireNoAnswer();
            assertEquals(round + 1, begun.size());
        }
        assertEquals(IntStream.range(1, 20).boxed().collect(Collectors.toSet()), givenUp, "all but the first");
        lookout.giveUp();
        assertEquals(20, givenUp.size());
    }

    @Test
    void shouldFindWithANewLookThoughAnOldOneWaitsOn() throws Exception {
        requireNoAnswer();
        answersAtOnce = true;
        answers.add("found");
        assertEquals("found", lookout.round());
        assertEquals(Set.of(0, 1), givenUp, "nothing goes on");
    }

    @Test
    void shouldTakeWhatALookFindsThatNeededLongerThanItsRound() throws Exception {
        requireNoAnswer();
        requireNoAnswer();
        answer(0, "late");
        assertEquals("late", lookout.round());
        assertEquals(Set.of(0, 1, 2), givenUp);
    }

    @Test
    void shouldSayWhatThisRoundFoundThoughTheOldLookWaitsOn() {
        requireNoAnswer();
        answersAtOnce = true;
        answers.add("");
        requireNothing(RemoteFailure.Kind.STATUS, "not ready");
        assertEquals(Set.of(), givenUp);
    }

    @Test
    void shouldKeepAnotherLookOnceTheOldOneHasFoundNothing() {
        requireNoAnswer();
        requireNoAnswer();
        answer(0, "");
        requireNoAnswer();
        requireNoAnswer();
        assertEquals(Set.of(1, 3), givenUp, "the third goes on");
    }

    @Test
    void shouldSayThatNobodyLooksAnyMore() {
        Lookout<String> closed = new Lookout<>(() -> "found", 1, look -> {
            throw new RejectedExecutionException("closed");
        }, "there");
        assertEquals("there: no longer looked for", assertThrows(RemoteFailure.class, closed::round).getMessage());
    }
}
