package dev.dpros.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Counts a module's tests and real-peer tests, notes which failed and passed at no later try, and writes it to
 * target/test-summaries/MODULE, which .ci/test adds up. While tests run, the file says so: a process that dies leaves it thus.
 */
public final class TestSummary implements TestExecutionListener {
    private static final TestTag REAL_PEER = TestTag.create("realpeer");

    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();
    private final AtomicInteger peersRan = new AtomicInteger();
    private final AtomicInteger peersSkipped = new AtomicInteger();
    private final Map<String, String> failed = new ConcurrentSkipListMap<>();

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        write(List.of("unfinished"));
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        count(test, true);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        count(test, result.getStatus() == TestExecutionResult.Status.ABORTED);
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            failed.put(test.getUniqueId(), name(test));
        } else {
            failed.remove(test.getUniqueId());
        }
    }

    private static String name(TestIdentifier test) {
        return test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
                .map(method -> method.getClassName() + "." + method.getMethodName()).orElseGet(test::getLegacyReportingName);
    }

    private void count(TestIdentifier test, boolean wasSkipped) {
        if (!test.isTest()) {
            return;
        }
        boolean peer = test.getTags().contains(REAL_PEER);
        (wasSkipped ? skipped : ran).incrementAndGet();
        if (peer) {
            (wasSkipped ? peersSkipped : peersRan).incrementAndGet();
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        List<String> lines = new ArrayList<>(List.of("counts " + ran + " " + skipped + " " + peersRan + " " + peersSkipped));
        failed.values().stream().distinct().forEach(name -> lines.add("failed " + name));
        write(lines);
    }

    private static void write(List<String> lines) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "test-summaries"));
            Files.write(folder.resolve(Path.of(System.getProperty("basedir", "")).toAbsolutePath().getFileName()), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
