package dev.dpros.ros.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionTextsTest {
    @TempDir
    private Path folder;

    /** As rosmsg prints them of the package built with catkin. */
    @ParameterizedTest
    @CsvSource({"Action,c46710ec26caac0ee934631618f189f9", "Goal,d056bb75f92a016ddc5b20d9a4f4eef6", "Result,174ba74dfd5b345cd2d6fa1cfa89c64f",
        "Feedback,06ab1c4fdf8785451f383408fa93efd1", "ActionGoal,e1c75cd0f0637ed3b801b88704c34e6b",
        "ActionResult,9a8f488dfdc0b970d66c968baa5ca13d", "ActionFeedback,d3892b29653f3a321f51d6361b3530b0"})
    void shouldMakeTheMessagesThatActionlibMakes(String ending, String md5) {
        assertEquals(md5, SchemaCatalog.packaged().message("diffusion_policy_msgs/RunPolicy" + ending).md5());
    }

    private SchemaCatalog catalog(String text) throws IOException {
        Path home = Files.createDirectories(folder.resolve("my_msgs/action")).getParent();
        Files.writeString(home.resolve("package.xml"), "<package/>");
        Files.writeString(home.resolve("action/Goal.action"), text);
        return SchemaCatalog.withPath(List.of(folder));
    }

    @Test
    void shouldReadActionsOfInstalledPackagesWhateverTheirNames() throws IOException {
        SchemaCatalog catalog = catalog("int32 a\n--- # result\nint32 b\n---\n");
        assertEquals(List.of("a"), catalog.message("my_msgs/GoalGoal").fieldNames());
        assertEquals(List.of("b"), catalog.message("my_msgs/GoalResult").fieldNames());
        assertEquals(List.of(), catalog.message("my_msgs/GoalFeedback").fieldNames());
        assertEquals(List.of("header", "goal_id", "goal"), catalog.message("my_msgs/GoalActionGoal").fieldNames());
        assertNull(catalog.messageOrNull("my_msgs/Goal"));
        assertNull(catalog.messageOrNull("my_msgs/OtherGoal"));
    }

    @Test
    void shouldNameAnActionWithoutThreeParts() throws IOException {
        InputException error = assertThrows(InputException.class, () -> catalog("int32 a\n---\n").message("my_msgs/GoalGoal"));
        assertEquals("action Goal: text: expected 2 lines '---', found 1", error.getMessage());
    }
}
