package dev.dpros.faults;

import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.FaultTrial.Expected;
import dev.dpros.faults.RestCourse.Rest;
import dev.dpros.faults.Witness.Motion;
import dev.dpros.safety.SafetyEvent;
import java.util.List;

/** The faults during which nothing may move until someone tells it to. */
final class RestTrials {
    private static final long SILENT_NS = 600_000_000;
    private static final long LET_GO_MS = 1_000;
    private static final long OBSERVE_MS = 1_000;
    private static final long OFFSET_NS = 4_000_000_000L;
    private static final double AT_REST = 1;
    private static final double AWAY_PX = 200;
    private static final double ARRIVED_PX = 20;
    private static final double UNDER_WAY_PX = 30;
    /** What a policy step at the guarded rig's speed limit reaches in two dimensions, and the tolerance of a start. */
    private static final double FIRST_STEP_PX = 60;

    private RestTrials() {}

    /** All, in the order in which they are run. */
    static List<FaultTrial> all() {
        return List.of(
                untouched("switch_never_pressed", new Expected("hold", "enable_lost", "", 500, 3_000), new RestCourse(
                        RestTrials::awaitRest, RestTrials::startUnpressed, Rest.AT_ONCE, RestTrials::pressAndStart)),
                untouched("switch_never_pressed_human", new Expected("hold", "enable_lost", "", 500, 10_000), new RestCourse(
                        RestTrials::awaitRest, RestTrials::leadAway, Rest.AT_ONCE, RestTrials::pressAndLead)),
                guarded("switch_released_takeover", new Expected("hold", "enable_lost", "", 500, 10_000), new RestCourse(
                        RestTrials::takeOver, rig -> rig.operator().release(), Rest.ONCE_STOPPED, RestTrials::beginAnew)),
                guarded("controller_stuck", new Expected("hold", "tracking_lost", "", 2_500, 5_000), new RestCourse(
                        FaultRig::drive, RestTrials::leadInVain, Rest.ONCE_STOPPED, RestTrials::followAgain)),
                guarded("moved_while_stopped", new Expected("hold", "operator_stop", "", 500, 3_000), new RestCourse(
                        rig -> driveAnd(rig, "stop"), RestTrials::pushAway, Rest.AT_ONCE, RestTrials::startWhereItIs)),
                guarded("moved_in_fault", new Expected("fault", "emergency_stop", "", 500, 5_000), new RestCourse(
                        rig -> driveAnd(rig, "estop"), RestTrials::pushAway, Rest.AT_ONCE, RestTrials::resetAndStart)),
                new FaultTrial("camera_offset", Kind.IN_PROCESS, new Expected("hold", "chunk_exhausted", "", 1_000, 3_000),
                        new RestCourse(RestTrials::offset, rig -> rig.call("start"), Rest.AT_ONCE, RestTrials::fit)));
    }

    private static FaultTrial guarded(String name, Expected expected, RestCourse course) {
        return new FaultTrial(name, Kind.GUARDED, expected, course);
    }

    private static FaultTrial untouched(String name, Expected expected, RestCourse course) {
        return new FaultTrial(name, Kind.UNTOUCHED, expected, course);
    }

    /** Waits until no command comes any more and the robot stands still. */
    static void awaitRest(FaultRig rig) throws InterruptedException {
        rig.require("all is at rest", () -> {
            Motion motion = rig.witness().motion(Long.MIN_VALUE);
            return motion != null && motion.speed() < AT_REST
                    && rig.witness().commands().since(FaultRig.nowNs() - SILENT_NS).isEmpty();
        });
    }

    private static void driveAnd(FaultRig rig, String service) throws InterruptedException {
        rig.drive();
        rig.call(service);
        awaitRest(rig);
    }

    private static double[] robot(FaultRig rig) {
        return rig.witness().motion(Long.MIN_VALUE).position();
    }

    /** A position far from the robot's, towards the middle. */
    private static double[] away(FaultRig rig) {
        double[] to = robot(rig).clone();
        to[0] += to[0] < 256 ? AWAY_PX : -AWAY_PX;
        return to;
    }

    private static boolean near(FaultRig rig, double[] position) {
        return Witness.distance(robot(rig), position) < ARRIVED_PX;
    }

    private static void pushAway(FaultRig rig) throws InterruptedException {
        double[] to = away(rig);
        rig.operator().push(to);
        rig.require("the robot is where it was pushed", () -> near(rig, to));
        awaitRest(rig);
    }

    /** The first command after a start begins where the robot is, not where it was commanded to last. */
    private static void startWhereItIs(FaultRig rig) throws InterruptedException {
        double[] at = robot(rig);
        long sinceNs = FaultRig.nowNs();
        rig.call("start");
        rig.require("the first command", () -> !rig.witness().commands().since(sinceNs).isEmpty());
        double[] first = rig.witness().commands().since(sinceNs).get(0).value().points().get(0);
        if (Witness.distance(at, first) > FIRST_STEP_PX) {
            throw new IllegalStateException("the first command is " + Math.round(Witness.distance(at, first)) + " px from the robot");
        }
    }

    private static void resetAndStart(FaultRig rig) throws InterruptedException {
        rig.requireRefused("start", "call ~reset first");
        long sinceNs = FaultRig.nowNs();
        rig.call("reset");
        requireStill(rig, sinceNs);
        startWhereItIs(rig);
    }

    private static void requireStill(FaultRig rig, long sinceNs) throws InterruptedException {
        Thread.sleep(OBSERVE_MS);
        List<String> unrest = rig.witness().unrest(sinceNs, sinceNs);
        if (!unrest.isEmpty()) {
            throw new IllegalStateException(String.join(", ", unrest));
        }
    }

    /** The service refuses; a start that comes another way, as from the page, is stopped by the loop. */
    private static void startUnpressed(FaultRig rig) {
        rig.requireRefused("start", "dead-man switch is not held");
        rig.policy().loop().watchdog().request(SafetyEvent.STARTED);
    }

    private static void pressAndStart(FaultRig rig) throws InterruptedException {
        rig.operator().press();
        startWhereItIs(rig);
    }

    private static void leadAway(FaultRig rig) {
        rig.operator().lead(away(rig));
    }

    private static void takeOver(FaultRig rig) throws InterruptedException {
        rig.drive();
        double[] from = robot(rig);
        leadAway(rig);
        rig.require("the human drives", () -> rig.witness().last(Long.MIN_VALUE).human()
                && Witness.distance(robot(rig), from) > UNDER_WAY_PX);
    }

    private static void beginAnew(FaultRig rig) throws InterruptedException {
        long sinceNs = FaultRig.nowNs();
        rig.operator().press();
        requireStill(rig, sinceNs);
        rig.operator().letGo();
        Thread.sleep(LET_GO_MS);
        pressAndLead(rig);
    }

    private static void leadInVain(FaultRig rig) {
        rig.controller.set(FaultyTopic.Fault.DROP);
        leadAway(rig);
    }

    private static void followAgain(FaultRig rig) throws InterruptedException {
        rig.controller.set(FaultyTopic.Fault.NONE);
        rig.operator().letGo();
        Thread.sleep(LET_GO_MS);
        startWhereItIs(rig);
    }

    private static void pressAndLead(FaultRig rig) throws InterruptedException {
        double[] to = away(rig);
        rig.operator().press();
        rig.operator().lead(to);
        rig.require("the robot is where the human leads it", () -> near(rig, to));
        rig.operator().letGo();
        Thread.sleep(LET_GO_MS);
        rig.call("start");
    }

    private static void offset(FaultRig rig) throws InterruptedException {
        driveAnd(rig, "stop");
        long before = rig.count(SafetyEvent.STAMPS_OFFSET);
        rig.camera.shiftStamps(OFFSET_NS);
        rig.require("the offset is known", () -> rig.count(SafetyEvent.STAMPS_OFFSET) > before);
    }

    private static void fit(FaultRig rig) {
        String why = rig.policy().why().reason();
        rig.camera.shiftStamps(0);
        if (!why.contains("stamps offset: ") || !why.contains("4.0 s ahead")) {
            throw new IllegalStateException("the offset is not named: " + why);
        }
    }
}
