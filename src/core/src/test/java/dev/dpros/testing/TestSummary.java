package dev.dpros.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Counts tests and real-peer tests, and writes target/test-summary.txt; fails the run where peers are required but none ran. */
public final class TestSummary implements TestExecutionListener {
    private static final TestTag REAL_PEER = TestTag.create("realpeer");

    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();
    private final AtomicInteger peersRan = new AtomicInteger();
    private final AtomicInteger peersSkipped = new AtomicInteger();

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        count(test, true);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        count(test, result.getStatus() == TestExecutionResult.Status.ABORTED);
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
        String text = "dpros tests: " + ran + " ran, " + skipped + " skipped; against real peers (ROS and other real "
                + "programs): " + peersRan + " ran, " + peersSkipped + " skipped\n";
        try {
            Files.createDirectories(Path.of("target"));
            Files.writeString(Path.of("target", "test-summary.txt"), text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
