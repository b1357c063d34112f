package dev.dpros.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardTest {
    @Test
    void shouldShareOutEveryElementOnceInOrder() {
        for (int total = 0; total < 25; total++) {
            List<Integer> all = IntStream.range(0, total).boxed().toList();
            for (int count = 1; count < 9; count++) {
                List<Integer> together = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    List<Integer> mine = new Shard(i, count).of(all);
                    assertTrue(mine.size() == total / count || mine.size() == total / count + 1, total + " by " + count);
                    together.addAll(mine);
                }
                assertEquals(all, together);
            }
        }
        assertEquals(Integer.MAX_VALUE, new Shard(Shard.MOST - 1, Shard.MOST).end(Integer.MAX_VALUE));
    }

    @Test
    void shouldReadWhatItWritesAndNothingElse() {
        assertEquals(new Shard(2, 4), Shard.of("--shard", new Shard(2, 4).toString()));
        for (String wrong : List.of("", "4/4", "-1/4", "1/0", "1", "1/", "a/b", "1/4/4", "0/100001", "99999999999/4", "1 / 4")) {
            String line = assertThrows(InputException.class, () -> Shard.of("--shard", wrong)).getMessage();
            assertTrue(line.startsWith("--shard: part: expected I/N") && line.contains("found '" + wrong + "'"), line);
        }
    }

    private static Map<String, String> slurm(int id, int count, int min, int max) {
        return Map.of("SLURM_ARRAY_TASK_ID", "" + id, "SLURM_ARRAY_TASK_COUNT", "" + count, "SLURM_ARRAY_TASK_MIN", "" + min,
                "SLURM_ARRAY_TASK_MAX", "" + max);
    }

    @Test
    void shouldTakeThePartFromTheVariables() {
        assertNull(ArrayVariables.of(Map.of("SLURM_JOB_ID", "7", "HOME", "/")));
        assertEquals(new Shard(2, 4), ArrayVariables.of(slurm(2, 4, 0, 3)).shard());
        assertEquals(new Shard(3, 4), ArrayVariables.of(slurm(4, 4, 1, 4)).shard());
        assertEquals("SLURM_ARRAY_TASK_ID=4 of 1-4", ArrayVariables.of(slurm(4, 4, 1, 4)).source());
        assertEquals(new Shard(1, 3), ArrayVariables.of(Map.of("JOB_COMPLETION_INDEX", "1", "DPROS_SHARDS", "3")).shard());
        // a task that is submitted again alone knows nothing of its first array
        Map<String, String> again = new HashMap<>(slurm(2, 1, 2, 2));
        again.put("DPROS_SHARDS", "4");
        assertEquals(new Shard(2, 4), ArrayVariables.of(again).shard());
    }

    @Test
    void shouldRefuseVariablesThatDoNotTellThePart() {
        refused(slurm(2, 1, 2, 2), "task 2 of 1 from 2 to 2");
        refused(slurm(0, 1, 0, 0), "task 0 of 1 from 0 to 0");
        refused(slurm(2, 2, 2, 3), "task 2 of 2 from 2 to 3");
        refused(slurm(5, 3, 0, 5), "task 5 of 3 from 0 to 5");
        refused(Map.of("SLURM_ARRAY_TASK_ID", "2"), "SLURM_ARRAY_TASK_COUNT: number");
        refused(Map.of("JOB_COMPLETION_INDEX", "2"), "no DPROS_SHARDS");
        refused(Map.of("JOB_COMPLETION_INDEX", "x", "DPROS_SHARDS", "3"), "found 'x'");
        refused(Map.of("JOB_COMPLETION_INDEX", "3", "DPROS_SHARDS", "3"), "3 with DPROS_SHARDS=3");
        refused(Map.of("DPROS_SHARDS", "3"), "neither");
        refused(Map.of("JOB_COMPLETION_INDEX", "1", "SLURM_ARRAY_TASK_ID", "1"), "as well");
    }

    private static void refused(Map<String, String> environment, String part) {
        String line = assertThrows(InputException.class, () -> ArrayVariables.of(environment)).getMessage();
        assertTrue(line.contains(part) && line.endsWith("--shard I/N says which part of how many, --shard none does all of it"), line);
        assertEquals(1, line.lines().count());
    }
}
