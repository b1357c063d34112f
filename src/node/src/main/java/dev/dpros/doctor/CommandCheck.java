package dev.dpros.doctor;

import dev.dpros.config.ActionSection;
import dev.dpros.config.RobotConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.core.ActionClient;
import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import dev.dpros.core.PositionSource;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.Transport;
import dev.dpros.node.NodeRehearsal;
import dev.dpros.safety.JointLimits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** The robot's measured position against limits and take_up, and who else is on the command topic. One thread. */
final class CommandCheck {
    private static final String POSITION = "measured position";
    private static final String TAKE_UP = "take_up";
    private static final int DIGITS = 4;
    private static final long SERVER_WAIT_NS = 2_000_000_000L;
    private static final long SERVER_POLL_NS = 20_000_000;

    private final RobotConfig config;
    private final Transport transport;
    private final List<JointLimits> limits;
    private final double[] now;
    private final double[] least;
    private final double[] most;
    private final List<Interpolation> how;

    CommandCheck(RobotConfig config, Transport transport, NodeRehearsal node) {
        this.config = config;
        this.transport = transport;
        limits = node.limits();
        how = config.layout().interpolations(config.control().interpolation());
        now = new double[limits.size()];
        least = new double[limits.size()];
        most = new double[limits.size()];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
    }

    /** Takes note of the position now, as far as it is known. */
    void look(PositionSource measured) {
        if (measured.read(now)) {
            for (int d = 0; d < now.length; d++) {
                if (Double.isFinite(now[d])) {
                    least[d] = Math.min(least[d], now[d]);
                    most[d] = Math.max(most[d], now[d]);
                }
            }
        }
    }

    private boolean known(int dim) {
        return least[dim] <= most[dim];
    }

    private String unknown(boolean stepped) {
        return String.join(", ", IntStream.range(0, now.length).filter(d -> !known(d) && (how.get(d) == Interpolation.ZERO_ORDER_HOLD) == stepped)
                .mapToObj(d -> limits.get(d).name()).toList());
    }

    /** What was seen. */
    List<Finding> end(List<Double> takeUp) {
        List<Finding> found = new ArrayList<>();
        boolean any = IntStream.range(0, now.length).anyMatch(this::known);
        if (any) {
            found.add(inside());
            found.add(rest(takeUp));
        }
        String smooth = unknown(false);
        String stepped = unknown(true);
        if (!smooth.isEmpty()) {
            found.add(Finding.fault(POSITION, "not known" + (any ? " of " + smooth : "") + ": nothing came, and without it nothing moves",
                    "see the topics above, or give action.measured"));
        }
        if (!stepped.isEmpty()) {
            found.add(Finding.note(POSITION, "not known" + (any ? " of " + stepped : "") + ": a start goes from the policy's first action",
                    "give action.measured"));
        }
        found.add(limited());
        config.actions().forEach(action -> found.add(action.server() ? server(action) : topic(action)));
        return found;
    }

    private Finding inside() {
        List<String> outside = new ArrayList<>();
        for (int d = 0; d < now.length; d++) {
            JointLimits limit = limits.get(d);
            if (known(d) && !(least[d] >= limit.minPosition() && most[d] <= limit.maxPosition())) {
                outside.add(limit.name() + " at " + plain(now[d]) + ", limits " + plain(limit.minPosition()) + " to " + plain(limit.maxPosition()));
            }
        }
        return outside.isEmpty() ? Finding.ok(POSITION, "inside the limits of all "
                + IntStream.range(0, now.length).filter(this::known).count() + " joints")
                : Finding.fault(POSITION, "outside the limits: " + String.join("; ", outside), "move the robot inside, or correct action.limits");
    }

    private Finding rest(List<Double> takeUp) {
        for (int d = 0; d < now.length; d++) {
            double moved = most[d] - least[d];
            if (takeUp.get(d) > 0 && moved > takeUp.get(d)) {
                return Finding.warning(TAKE_UP, limits.get(d).name() + " varied by " + plain(moved) + " while it was watched, more than its take_up of "
                        + plain(takeUp.get(d)), "is it moving? At rest take_up must be above the sensors' noise");
            }
        }
        return Finding.ok(TAKE_UP, "wider than the measured position varies");
    }

    private static String plain(double value) {
        return Double.isFinite(value) ? new BigDecimal(value, new MathContext(DIGITS)).stripTrailingZeros().toPlainString() : String.valueOf(value);
    }

    private Finding limited() {
        List<String> open = limits.stream().filter(limit -> !limit.bounded()).map(JointLimits::name).toList();
        List<String> endless = limits.stream().filter(limit -> !Double.isFinite(limit.maxPosition() - limit.minPosition()))
                .map(JointLimits::name).toList();
        if (open.isEmpty() && endless.isEmpty()) {
            return Finding.ok("limits", "position, velocity, acceleration and jerk of all " + limits.size() + " joints");
        }
        return Finding.note("limits", (endless.isEmpty() ? "" : "no position limits: " + String.join(", ", endless) + "; ")
                + "no limit of velocity, acceleration or jerk: " + String.join(", ", open), "right for a simulated world alone: set action.limits");
    }

    /** Looks for the server as a run would; sends it nothing. */
    private Finding server(ActionSection action) {
        String subject = "action " + transport.resolve(action.topic());
        try (ActionClient client = transport.actionClient(action.topic(), action.type().replaceFirst("Action$", ""))) {
            long endNs = System.nanoTime() + SERVER_WAIT_NS;
            while (client.missing() != null && System.nanoTime() - endNs < 0) {
                LockSupport.parkNanos(SERVER_POLL_NS);
            }
            String missing = client.missing();
            if (missing != null) {
                return Finding.fault(subject, missing + ", and a run waits for it", "start the robot's controller, or correct action.topic; see what there is: "
                        + "rostopic list, ros2 action list");
            }
            return client.othersRun() ? Finding.warning(subject, "its server answers, and another client's goal runs on it",
                    "two who command at once fight: stop the other before you start") : Finding.ok(subject, action.type() + ", its server answers");
        } catch (InputException e) {
            return Finding.fault(subject, String.valueOf(e.getMessage()), "correct action.type or action.topic");
        }
    }

    private Finding topic(ActionSection action) {
        String name = transport.resolve(action.topic());
        String type = action.type();
        TopicInfo info = transport.topics().getOrDefault(name, new TopicInfo("", 0, 0));
        String subject = "action " + name;
        if (!info.type().isEmpty() && !info.type().equals(type)) {
            return Finding.fault(subject, "carries " + info.type() + ", action.type is " + type, "correct action.type or action.topic");
        }
        if (info.publishers() > 0) {
            return Finding.warning(subject, info.publishers() + (info.publishers() == 1 ? " other node publishes" : " other nodes publish")
                    + " commands there", "two who command at once fight: stop the other before you start");
        }
        if (info.subscribers() == 0) {
            return Finding.warning(subject, "nobody listens to it" + alike(type, name), "start the robot's controller, or correct action.topic");
        }
        return Finding.ok(subject, type + (info.subscribers() > 0 ? ", " + info.subscribers() + " listening" : "") + ", no other publisher");
    }

    private String alike(String type, String name) {
        List<String> heard = transport.topics().entrySet().stream().filter(entry -> entry.getValue().subscribers() > 0
                && entry.getValue().type().equals(type) && !entry.getKey().equals(name)).map(Map.Entry::getKey).toList();
        return heard.isEmpty() ? "" : "; topics of this type with listeners: " + String.join(", ", heard);
    }
}
