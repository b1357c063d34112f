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

    /** As published for Noetic. */
    @ParameterizedTest
    @CsvSource({"FollowJointTrajectoryAction,bc4f9b743838566551c0390c65f1a248", "FollowJointTrajectoryGoal,69636787b6ecbde4d61d711979bc7ecb",
        "FollowJointTrajectoryResult,493383b18409bfb604b4e26c676401d2", "FollowJointTrajectoryFeedback,10817c60c2486ef6b33e97dcd87f4474",
        "FollowJointTrajectoryActionGoal,cff5c1d533bf2f82dd0138d57f4304bb", "FollowJointTrajectoryActionResult,c4fb3b000dc9da4fd99699380efcc5d9",
        "FollowJointTrajectoryActionFeedback,d8920dc4eae9fc107e00999cce4be641", "GripperCommandAction,950b2a6ebe831f5d4f4ceaba3d8be01e",
        "GripperCommandGoal,86fd82f4ddc48a4cb6856cfa69217e43", "GripperCommandResult,e4cbff56d3562bcf113da5a5adeef91f",
        "GripperCommandFeedback,e4cbff56d3562bcf113da5a5adeef91f", "GripperCommandActionGoal,aa581f648a35ed681db2ec0bf7a82bea",
        "GripperCommandActionResult,143702cb2df0f163c5283cedc5efc6b6", "GripperCommandActionFeedback,653dff30c045f5e6ff3feb3409f4558d",
        "GripperCommand,680acaff79486f017132a7f198d40f08", "JointTolerance,f544fe9c16cf04547e135dd6063ff5be",
        "JointControllerState,987ad85e4756f3aef7f1e5e7fe0595d1", "JointTrajectoryControllerState,10817c60c2486ef6b33e97dcd87f4474",
        "PidState,b138ec00e886c10e73f27e8712252ea6"})
    void shouldKnowTheActionsOfControllersAsTheyAreInstalled(String type, String md5) {
        assertEquals(md5, SchemaCatalog.packaged().message("control_msgs/" + type).md5());
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
