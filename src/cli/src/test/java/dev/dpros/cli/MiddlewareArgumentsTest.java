package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class MiddlewareArgumentsTest {
    @Test
    void shouldStandLastWhereverTheyWereGiven() {
        expect("run --ros-args -r a:=b -- --start", "run --start -- --ros-args -r a:=b --");
        expect("run --start --ros-args -p x:=1", "run --start -- --ros-args -p x:=1");
        expect("run --ros-args -p x:=1 -- --start --ros-args -r a:=b", "run --start -- --ros-args -p x:=1 -- --ros-args -r a:=b");
    }

    @Test
    void shouldLeaveOtherArgumentsAsTheyAre() {
        expect("run a:=b -- -x", "run a:=b -- -x");
    }

    private static void expect(String given, String last) {
        assertArrayEquals(last.split(" "), MiddlewareArguments.last(given.split(" ")));
    }
}
