package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import org.junit.jupiter.api.Test;

/** Anchors, aliases, merge keys, keys given twice, and what they may grow to. */
class YamlTreeTest {
    private static String refused(String text) {
        String message = assertThrows(InputException.class, () -> YamlTree.parse("robot.yaml", text)).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @Test
    void shouldFollowAliases() {
        YamlTree tree = YamlTree.parse("robot.yaml", """
                rate: &rate 50
                limits: &limits {position: [0, *rate], velocity: 2.5}
                joints:
                  a: *limits
                  b: {c: *limits}
                names: [&x one, *x]
                empty: &nothing
                also: *nothing
                """);
        assertEquals("{\"rate\":50,\"limits\":{\"position\":[0,50],\"velocity\":2.5},\"joints\":{\"a\":{\"position\":[0,50],\"velocity\":2.5},"
                + "\"b\":{\"c\":{\"position\":[0,50],\"velocity\":2.5}}},\"names\":[\"one\",\"one\"],\"empty\":null,\"also\":null}",
                tree.root().toString());
        assertEquals("robot.yaml:5", tree.locate("joints.b.c.velocity"), "the place of the alias");
        assertEquals("robot.yaml:2", tree.locate("limits.velocity"));
    }

    @Test
    void shouldMergeWhatAMappingDoesNotHave() {
        YamlTree tree = YamlTree.parse("robot.yaml", """
                base: &base {velocity: 1, jerk: 3}
                other: &other {jerk: 4, force: 5}
                a:
                  velocity: 2
                  <<: *base
                b: {<<: [*base, *other]}
                """);
        assertEquals("{\"velocity\":2,\"jerk\":3}", tree.root().get("a").toString());
        assertEquals("{\"velocity\":1,\"jerk\":3,\"force\":5}", tree.root().get("b").toString());
        assertEquals("robot.yaml:2: expected a mapping, or a list of mappings, at <<, found '7'", refused("a:\n  <<: 7\n"));
    }

    @Test
    void shouldRefuseAKeyGivenTwiceWithBothLines() {
        assertEquals("robot.yaml:4: expected 'rate_hz' once in a mapping, found it in line 2 and in line 4",
                refused("control:\n  rate_hz: 50\n  steps: 2\n  rate_hz: 100\n"));
        assertTrue(refused("a: 1\na: 2\n").contains("line 1 and in line 2"));
        assertEquals("{\"a\":{\"x\":1},\"b\":{\"x\":2}}", YamlTree.parse("robot.yaml", "a: {x: 1}\nb: {x: 2}\n").root().toString());
    }

    @Test
    void shouldRefuseAliasesWithoutAnchorOrAroundThemselves() {
        assertEquals("robot.yaml:2: expected an anchor &b before its alias, and not around it, found none", refused("a: 1\nc: *b\n"));
        assertTrue(refused("a: &a {b: *a}\n").contains("&a before its alias"));
        assertTrue(refused("a: 1\n---\nb: 2\n").contains("robot.yaml:3: expected one document"));
        assertEquals("{\"a\":1}", YamlTree.parse("robot.yaml", "---\na: 1\n...\n").root().toString());
    }

    @Test
    void shouldBoundWhatAliasesMultiplyAndDepth() {
        StringBuilder laughs = new StringBuilder("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String one = "*l" + (i - 1);
            laughs.append("l").append(i).append(": &l").append(i).append(" [").append((one + ", ").repeat(9)).append(one).append("]\n");
        }
        assertTrue(refused(laughs.toString()).matches("robot.yaml:\\d+: expected at most 100000 values, aliases counted, found more"));
        assertTrue(refused("a: " + "[".repeat(60) + "]".repeat(60)).contains("at most 48 levels"));
        assertTrue(refused("a: " + "[".repeat(20_000)).contains("robot.yaml:1: "));
    }
}
