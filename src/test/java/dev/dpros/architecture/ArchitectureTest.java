package dev.dpros.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The layers of docs/architecture.md, checked on the compiled classes. */
class ArchitectureTest {
    private static final Map<String, List<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            Map.entry("core", List.of()),
            Map.entry("observation", List.of("core")),
            Map.entry("diffusion", List.of("core")),
            Map.entry("inference", List.of("core", "observation", "diffusion")),
            Map.entry("safety", List.of("core")),
            Map.entry("control", List.of("core", "safety")),
            Map.entry("ros", List.of("core")),
            Map.entry("sim", List.of("core")),
            Map.entry("recording", List.of("core")),
            Map.entry("checkpoint", List.of("core", "diffusion")),
            Map.entry("training", List.of("core", "diffusion", "inference", "recording", "sim")),
            Map.entry("metrics", List.of("core")),
            Map.entry("config", List.of("core", "observation", "diffusion", "inference", "safety", "control", "ros", "sim",
                    "recording", "checkpoint", "training", "metrics"))));

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.dpros");
    }

    @TestFactory
    List<DynamicTest> shouldDependOnlyOnAllowedPackages() {
        return MAY_USE.entrySet().stream()
                .map(layer -> DynamicTest.dynamicTest(layer.getKey(), () -> {
                    String[] forbidden = MAY_USE.keySet().stream()
                            .filter(name -> !name.equals(layer.getKey()) && !layer.getValue().contains(name))
                            .map(name -> "dev.dpros." + name + "..")
                            .toArray(String[]::new);
                    String[] withApp = Arrays.copyOf(forbidden, forbidden.length + 1);
                    withApp[forbidden.length] = "dev.dpros.app..";
                    noClasses().that().resideInAPackage("dev.dpros." + layer.getKey() + "..")
                            .should().dependOnClassesThat().resideInAnyPackage(withApp)
                            .allowEmptyShould(true)
                            .check(classes);
                }))
                .toList();
    }

    @Test
    void shouldHaveNoPackageCycles() {
        slices().matching("dev.dpros.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void shouldKeepDjlInInferenceAndTraining() {
        noClasses().that().resideOutsideOfPackages("dev.dpros.inference..", "dev.dpros.training..")
                .should().dependOnClassesThat().resideInAnyPackage("ai.djl..").check(classes);
    }

    @Test
    void shouldKeepMicrometerInMetricsAndApp() {
        noClasses().that().resideOutsideOfPackages("dev.dpros.metrics..", "dev.dpros.app..")
                .should().dependOnClassesThat().resideInAnyPackage("io.micrometer..").check(classes);
    }

    @Test
    void shouldReadClocksAndSleepOnlyInCoreAndApp() {
        noClasses().that().resideOutsideOfPackages("dev.dpros.core..", "dev.dpros.app..", "dev.dpros.metrics..")
                .should().callMethod(System.class, "nanoTime")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(Thread.class, "sleep", long.class)
                .check(classes);
    }
}
