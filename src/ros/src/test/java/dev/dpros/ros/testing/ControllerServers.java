package dev.dpros.ros.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The action servers of an arm and a gripper, by python3-actionlib, with Python that ROS's generators make of the packaged control_msgs:
 * {@code /arm/follow} and {@code /gripper/command} are SimpleActionServers, {@code /strict/follow} refuses whatever comes. A line is printed for each goal
 * and each end; what is written to it, it does: {@code other} has another client send a goal to the arm, {@code abort} gives up the goal that runs.
 */
public final class ControllerServers {
    private static final String SCRIPT = """
            import os, subprocess, sys, threading, time
            import genmsg, rospy
            from actionlib import ActionServer, SimpleActionClient, SimpleActionServer
            from genmsg import gentools, msg_loader
            from genpy.dynamic import generate_dynamic
            from trajectory_msgs.msg import JointTrajectoryPoint
            texts, folder = sys.argv[1:3]
            path = {p + '_msgs': ['/usr/share/%s_msgs/msg' % p] for p in ('std', 'actionlib', 'trajectory', 'geometry')}
            path['control_msgs'] = [folder, texts + '/msg']

            def made(name):
                subprocess.check_output(['/usr/lib/actionlib_msgs/genaction.py', '%s/action/%s.action' % (texts, name), '-o', folder])
                context = genmsg.MsgContext.create_default()
                spec = msg_loader.load_msg_from_file(context, '%s/%sAction.msg' % (folder, name), 'control_msgs/%sAction' % name)
                msg_loader.load_depends(context, spec, path)
                types = generate_dynamic('control_msgs/%sAction' % name, gentools.compute_full_text(context, spec))
                print('md5', name, types['control_msgs/%sAction' % name]._md5sum, flush=True)
                return lambda end: types['control_msgs/' + name + end]

            def say(*words):
                print(*words, flush=True)

            Follow, Gripper = made('FollowJointTrajectory'), made('GripperCommand')
            rospy.init_node('controllers')
            given_up = threading.Event()

            def follow(goal):
                t = goal.trajectory
                last = t.points[-1]
                say('arm goal', ','.join(t.joint_names), len(t.points) > 1, list(last.velocities), '%.3f' % last.positions[0])
                end = time.time() + last.time_from_start.to_sec()
                result = Follow('Result')()
                while time.time() < end:
                    if arm.is_preempt_requested():
                        arm.set_preempted(result, 'another goal came' if arm.is_new_goal_available() else 'as asked')
                        return say('arm preempted', arm.is_new_goal_available())
                    if given_up.is_set():
                        given_up.clear()
                        result.error_code, result.error_string = -4, 'elbow is 0.3 rad behind'
                        arm.set_aborted(result, 'path tolerance')
                        return say('arm aborted')
                    time.sleep(0.005)
                arm.set_succeeded(result)
                say('arm succeeded')

            def grip(goal):
                say('gripper goal %.3f %.1f' % (goal.command.position, goal.command.max_effort))
                end = time.time() + 0.1
                while time.time() < end:
                    if gripper.is_preempt_requested():
                        gripper.set_preempted()
                        return say('gripper preempted', gripper.is_new_goal_available())
                    time.sleep(0.005)
                result = Gripper('Result')(position=goal.command.position, reached_goal=True)
                if goal.command.position < 30:
                    result.position, result.reached_goal, result.stalled = 30, False, True
                    gripper.set_aborted(result)
                    say('gripper stalled')
                else:
                    gripper.set_succeeded(result)
                    say('gripper succeeded')

            rospy.Subscriber('/arm/follow/goal', Follow('ActionGoal'), lambda goal: say('stamped', goal.goal_id.stamp.to_nsec()))
            arm = SimpleActionServer('/arm/follow', Follow('Action'), follow, False)
            gripper = SimpleActionServer('/gripper/command', Gripper('Action'), grip, False)
            strict = ActionServer('/strict/follow', Follow('Action'), lambda g: g.set_rejected(Follow('Result')(error_code=-2), 'no such joints'),
                                  lambda g: None, False)
            for server in (arm, gripper, strict):
                server.start()
            say('ready')
            for line in sys.stdin:
                if line.strip() == 'abort':
                    given_up.set()
                elif line.strip() == 'other':
                    client = SimpleActionClient('/arm/follow', Follow('Action'))
                    client.wait_for_server()
                    goal = Follow('Goal')()
                    goal.trajectory.joint_names = ['theirs']
                    for at in (0.0, 2.0):
                        point = JointTrajectoryPoint()
                        point.positions, point.velocities, point.time_from_start = [0.5], [0.0], rospy.Duration(at)
                        goal.trajectory.points.append(point)
                    client.send_goal(goal)
            """;

    private ControllerServers() {}

    /** Starts them, or skips the test where ROS is not installed. @param folder for what is generated */
    public static RosTool start(URI master, Path folder) {
        RosTool.assumeInstalled("rosmaster");
        assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/actionlib")), "not installed: python3-actionlib");
        Path texts = Path.of("src/ros/src/main/resources/dev/dpros/ros/messages/control_msgs").toAbsolutePath();
        return RosTool.rospy(master, SCRIPT, texts.toString(), folder.toString());
    }
}
