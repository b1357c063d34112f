package dev.dpros.setup;

import dev.dpros.config.ConfigReader;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FieldPath;
import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.SafeXml;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.Transport;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes a first configuration of a robot for a policy. One thread; blocks for seconds while it looks at a robot's topics. */
public final class RobotSetup {
    private static final long WAIT_MS = 4_000;
    private static final double LIKELY_HZ = 10;
    private static final int FEWER_STEPS = 10;
    private static final int MOST_THREADS = 4;
    private static final String URDF_OF_ROBOT = "/robot_description";

    private final PolicyDefinition policy;
    private final Wish wish;
    private final Questions questions;
    private final @Nullable RobotJoints given;

    /**
     * What is asked for.
     *
     * @param policy the checkpoint
     * @param output the file to write
     * @param urdf the robot's, or null for what it says of itself
     * @param moveIt MoveIt's limits
     * @param rateHz the policy's; NaN if it is not said
     * @param transport middleware that the file is to name; empty for none
     */
    public record Wish(Path policy, Path output, @Nullable Path urdf, MoveItLimits moveIt, double rateHz, String transport) {}

    /** What a robot was seen to have. */
    private record Sight(Map<String, TopicInfo> topics, List<SeenTopic> seen, @Nullable String description) {}

    /** A setup for one policy. @throws InputException if the URDF that is wished for cannot be read */
    public RobotSetup(PolicyDefinition policy, Wish wish, Questions questions) {
        this.policy = policy;
        this.wish = wish;
        given = wish.urdf() == null ? null : urdf(wish.urdf());
        this.questions = questions;
    }

    /**
     * Writes the file, which must not be there or may be replaced; that it reads well is checked before.
     *
     * @param transport of the robot; null if there is none to look at
     * @throws InputException if the robot's URDF cannot be read, or is needed and not there
     */
    public void write(@Nullable Transport transport) throws InterruptedException {
        Sight sight = look(transport);
        String text = RobotYaml.text(draft(sight, given == null ? described(sight) : given));
        Path target = wish.output().toAbsolutePath();
        try {
            Path temporary = target.resolveSibling("." + target.getFileName() + ".part");
            try {
                Files.writeString(temporary, text);
                ConfigReader.read(temporary);
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static Sight look(@Nullable Transport transport) throws InterruptedException {
        if (transport == null) {
            return new Sight(Map.of(), List.of(), null);
        }
        TopicSurvey survey = new TopicSurvey(transport, WAIT_MS);
        Map<String, TopicInfo> topics = survey.topics();
        return new Sight(topics, survey.look(topics), survey.description(topics));
    }

    private RobotDraft draft(Sight sight, RobotJoints robot) {
        PolicyConfig config = policy.config();
        if (config.trajectory().poses() != null) {
            throw InputException.of(wish.policy().toString(), "actions", "joints", "tool poses",
                    "write the configuration of such a robot by hand: docs/ros.md, Tool poses");
        }
        InputMatch match = new InputMatch(sight.seen(), robot, questions);
        List<InputDraft> inputs = match.of(config.inputs());
        List<String> joints = actionJoints(match, robot, inputs, sight);
        joints.forEach(RobotSetup::requireUsable);
        LimitDraft limits = new LimitDraft(robot, wish.moveIt(), questions);
        List<JointDraft> drafts = IntStream.range(0, joints.size()).mapToObj(dim -> limits.of(joints.get(dim), measured(joints.get(dim), sight),
                policy.normalizers().get(config.action().key()), dim)).toList();
        boolean asked = Double.isNaN(wish.rateHz());
        double hz = asked ? questions.number("How many steps a second has the policy's training data (fps)?", LIKELY_HZ) : wish.rateHz();
        return new RobotDraft(policyPath(), wish.transport(), sampling(), inputs,
                new ActionMatch(sight.topics(), sight.seen(), questions).of(drafts, inputs), drafts, otherOrder(joints, sight),
                new RobotDraft.Rate(hz, asked && hz == LIKELY_HZ), config.nActionSteps(), source(robot));
    }

    private static RobotJoints urdf(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > SafeXml.LARGEST_BYTES) {
                throw InputException.of(file.toString(), "--urdf", "a URDF file of at most 4 MiB", Files.exists(file) ? "another" : "no such file", "");
            }
            return RobotJoints.parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static RobotJoints described(Sight sight) {
        String text = sight.description();
        return text == null ? RobotJoints.none() : RobotJoints.parse(text.getBytes(StandardCharsets.UTF_8), URDF_OF_ROBOT);
    }

    private String source(RobotJoints robot) {
        return robot.isEmpty() ? "the policy's data (no URDF was found)" : wish.urdf() != null ? wish.urdf().getFileName().toString() : URDF_OF_ROBOT;
    }

    /** The path from the file's folder, if the policy is near; else the whole. */
    private String policyPath() {
        Path whole = wish.policy().toAbsolutePath().normalize();
        Path folder = wish.output().toAbsolutePath().normalize().getParent();
        Path relative = folder.relativize(whole);
        return (relative.getNameCount() > 4 ? whole : relative).toString();
    }

    private List<String> sampling() {
        SchedulerConfig scheduler = policy.config().scheduler();
        List<String> lines = new ArrayList<>();
        if (scheduler.inferenceSteps() > FEWER_STEPS && scheduler.type() != SchedulerConfig.Type.DPM_SOLVER_PP) {
            lines.add("scheduler: ddim                  # the policy's own takes " + scheduler.inferenceSteps() + " steps");
            lines.add("steps: " + FEWER_STEPS);
        }
        lines.add("device: cpu                      # or cuda: docs/containers.md");
        lines.add("threads: " + Math.max(1, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors() / 2)));
        return lines;
    }

    /** The joints that the action's dimensions are: those of the policy's state where their number is the same. */
    private List<String> actionJoints(InputMatch match, RobotJoints robot, List<InputDraft> inputs, Sight sight) {
        int size = policy.config().action().size();
        for (InputDraft input : inputs) {
            if (input.feature().kind() == FeatureSpec.Kind.STATE && !input.field().isEmpty()) {
                List<String> names = FieldPath.parse(input.field()).names();
                if (names.size() == size) {
                    return names;
                }
            }
        }
        List<String> names = sight.seen().stream().map(SeenTopic::names).filter(all -> all.size() >= size).findFirst()
                .orElse(robot.names().size() >= size ? robot.names() : List.of());
        if (names.isEmpty()) {
            questions.assume("no names of " + size + " joints were found: dim1 to dim" + size + " stand in their place");
            return IntStream.rangeClosed(1, size).mapToObj(dim -> "dim" + dim).toList();
        }
        return match.joints(names, size, "the policy's action");
    }

    /** Whether a topic names these joints in another order: then which is the policy's cannot be told. */
    private static boolean otherOrder(List<String> joints, Sight sight) {
        return sight.seen().stream().map(SeenTopic::names).filter(names -> names.containsAll(joints))
                .anyMatch(names -> !names.stream().filter(joints::contains).toList().equals(joints));
    }

    /** A name that a field path can hold. */
    private static void requireUsable(String joint) {
        if (!joint.matches("[^\\[\\],\\s\"\\\\#]{1,200}")) {
            throw InputException.of("joint", "name", "one without brackets, commas, quotes and spaces", "'" + ForeignText.printable(joint) + "'", "");
        }
    }

    private static double measured(String joint, Sight sight) {
        for (SeenTopic topic : sight.seen()) {
            int index = topic.names().indexOf(joint);
            if (index >= 0 && index < topic.positions().size()) {
                return topic.positions().get(index);
            }
        }
        return Double.NaN;
    }
}
