package dev.dpros.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rooms of docs/architecture.md, checked on the compiled classes and on the sources. */
@Tag("long")
class ArchitectureTest {
    private static final Path SOURCES = Path.of("src");
    private static final Pattern MODULE = Pattern.compile("src/(\\w+)/src/main/java/(.*)/\\w+\\.java");
    private static final double LARGEST_ROOM = 0.15;

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("dev.dpros");
    }

    @TestFactory
    List<DynamicTest> shouldUseOnlyTheRoomsItMay() {
        return Rooms.mayUse().entrySet().stream()
                .map(room -> DynamicTest.dynamicTest(room.getKey(), () -> noClasses().that(in(Set.of(room.getKey())))
                        .should().dependOnClassesThat(in(without(room.getKey(), room.getValue())))
                        .allowEmptyShould(true)
                        .check(classes)))
                .toList();
    }

    private static Set<String> without(String room, List<String> allowed) {
        Set<String> forbidden = new HashSet<>(Rooms.mayUse().keySet());
        forbidden.remove(room);
        allowed.forEach(forbidden::remove);
        return forbidden;
    }

    private static DescribedPredicate<JavaClass> in(Set<String> rooms) {
        return DescribedPredicate.describe("in " + rooms,
                type -> Rooms.of(type.getPackageName()).filter(rooms::contains).isPresent());
    }

    @Test
    void shouldStandOnRoomsBelow() {
        List<String> seen = new ArrayList<>();
        Rooms.mayUse().forEach((room, used) -> {
            assertTrue(seen.containsAll(used), room + " uses a room that stands after it: " + used);
            seen.add(room);
        });
    }

    @Test
    void shouldHaveARoomForEveryPackageAndAUseForEveryPermission() throws IOException {
        SourceTree tree = new SourceTree(SOURCES);
        assertEquals(List.of(), tree.strays());
        Map<String, Set<String>> may = new TreeMap<>();
        Map<String, Set<String>> does = new TreeMap<>();
        Rooms.mayUse().forEach((room, allowed) -> {
            Set<String> used = new TreeSet<>(tree.uses(room));
            classes.that(in(Set.of(room))).forEach(type -> type.getDirectDependenciesFromSelf().forEach(dependency ->
                    Rooms.of(dependency.getTargetClass().getPackageName()).ifPresent(used::add)));
            used.remove(room);
            if (!used.equals(new TreeSet<>(allowed))) {
                may.put(room, new TreeSet<>(allowed));
                does.put(room, used);
            }
        });
        assertEquals(may, does, "what rooms may use, and what they use");
    }

    @Test
    void shouldKeepEveryPackageInOneModule() throws IOException {
        Map<String, Set<String>> modules = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.map(file -> MODULE.matcher(file.toString())).filter(Matcher::matches)
                    .forEach(file -> modules.computeIfAbsent(file.group(2), name -> new TreeSet<>()).add(file.group(1)));
        }
        assertTrue(modules.size() > 30, "packages " + modules.keySet());
        modules.values().removeIf(each -> each.size() == 1);
        assertEquals(Map.of(), modules, "packages in several modules");
    }

    @Test
    void shouldHaveNoRoomThatIsAHouse() throws IOException {
        SourceTree tree = new SourceTree(SOURCES);
        Rooms.mayUse().keySet().forEach(room -> assertTrue(tree.lines(room) <= LARGEST_ROOM * tree.lines(),
                room + " holds " + tree.lines(room) + " of " + tree.lines() + " lines"));
    }

    @Test
    void shouldHaveNoCircleBetweenPackages() {
        slices().matching("dev.dpros.(**)").should().beFreeOfCycles().check(classes);
        slices().assignedFrom(new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return Rooms.of(type.getPackageName()).map(SliceIdentifier::of).orElseGet(SliceIdentifier::ignore);
            }

            @Override
            public String getDescription() {
                return "rooms";
            }
        }).should().beFreeOfCycles().check(classes);
    }

    @Test
    void shouldDrawTheRoomsAsTheyAre() throws IOException {
        assertEquals(RoomDrawing.of(new SourceTree(SOURCES)), RoomDrawing.written(Files.readString(RoomDrawing.PAGE)),
                RoomDrawing.PAGE + " is stale: run .ci/draw");
    }

    @Test
    void shouldKeepTheTerminalInTheCommandLine() {
        noClasses().that().resideOutsideOfPackage("dev.dpros.cli..")
                .should().dependOnClassesThat().resideInAnyPackage("picocli..", "org.jline..", "me.tongfei..").check(classes);
    }

    @Test
    void shouldKnowAMiddlewareByItsPortAndInOneRoom() {
        noClasses().that().resideOutsideOfPackages("dev.dpros.ros..", "dev.dpros.ros2..", "dev.dpros.transports..")
                .should().dependOnClassesThat().resideInAnyPackage("dev.dpros.ros..", "dev.dpros.ros2..").check(classes);
    }

    @Test
    void shouldKeepDjlInInferenceAndTraining() {
        noClasses().that().resideOutsideOfPackages("dev.dpros.inference..", "dev.dpros.training..")
                .should().dependOnClassesThat().resideInAnyPackage("ai.djl..").check(classes);
    }

    @Test
    void shouldKeepMicrometerInMetricsAndTelemetry() {
        noClasses().that().resideOutsideOfPackages("dev.dpros.metrics..", "dev.dpros.node.telemetry..")
                .should().dependOnClassesThat().resideInAnyPackage("io.micrometer..").check(classes);
    }

    @Test
    void shouldReadClocksThroughCore() {
        noClasses().that(in(Set.of("messages", "observation", "diffusion", "inference", "remote", "safety", "control", "ros.names", "ros.xmlrpc",
                        "ros.message", "ros2.message", "ros2.wire", "ros2.rtps", "ros.tcpros", "ros.node", "ros.master", "sim", "recording", "datasets",
                        "checkpoint",
                        "training", "config", "node.outputs", "node.trace", "node.audit")))
                .should().callMethod(System.class, "nanoTime")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(Thread.class, "sleep", long.class)
                .check(classes);
    }

    /** Where no mount point is found, as in a changed root, the direct way ends in an exception. */
    @Test
    void shouldAskForFreeSpaceThroughCore() {
        noClasses().should().callMethod(Files.class, "getFileStore", Path.class)
                .because("Storage does it where there is no mount point, too").check(classes);
    }
}
