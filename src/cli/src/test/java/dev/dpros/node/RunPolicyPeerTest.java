package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.datasets.JournalIndex;
import dev.dpros.node.trace.TraceReport;
import dev.dpros.process.Owned;
import dev.dpros.recording.EpisodeStore;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The action of the control node with actionlib's own client, and with messages that actionlib_msgs makes of the packaged action. */
@Tag("realpeer")
@Timeout(120)
class RunPolicyPeerTest {
    private static final String CLIENT = """
            import re, subprocess, sys, time
            import genmsg, rospy
            from actionlib import SimpleActionClient
            from actionlib_msgs.msg import GoalID, GoalStatusArray
            from genmsg import gentools, msg_loader
            from genpy.dynamic import generate_dynamic
            from std_srvs.srv import Trigger
            folder = sys.argv[2]
            subprocess.check_output(['/usr/lib/actionlib_msgs/genaction.py', sys.argv[1], '-o', folder])
            context = genmsg.MsgContext.create_default()
            path = {p + '_msgs': ['/usr/share/%s_msgs/msg' % p] for p in ('std', 'actionlib')}
            path['diffusion_policy_msgs'] = [folder]
            spec = msg_loader.load_msg_from_file(context, folder + '/RunPolicyAction.msg', 'diffusion_policy_msgs/RunPolicyAction')
            msg_loader.load_depends(context, spec, path)
            types = generate_dynamic('diffusion_policy_msgs/RunPolicyAction', gentools.compute_full_text(context, spec))
            Action, Goal, ActionGoal = (types['diffusion_policy_msgs/RunPolicy' + end] for end in ('Action', 'Goal', 'ActionGoal'))
            rospy.init_node('tree')
            name = '/dpros/run_policy'
            client, other = SimpleActionClient(name, Action), SimpleActionClient(name, Action)
            assert client.wait_for_server(rospy.Duration(20)) and other.wait_for_server(rospy.Duration(20))
            call = lambda service: rospy.ServiceProxy('/dpros/' + service, Trigger)()
            told, states = [], []

            def send(limit, task='pick the cup', by=client):
                del told[:]
                by.send_goal(Goal(task=task, time_limit=limit), feedback_cb=told.append)

            def running(by=client):
                end = time.time() + 20
                while by.get_state() != 1 or len(told) < 3:
                    assert time.time() < end, by.get_state()
                    time.sleep(0.02)

            def show(what, by=client):
                assert by.wait_for_result(rospy.Duration(20))
                text = re.sub('(emergency stop)[^)]*', r'\\1', by.get_goal_status_text())
                print(what, by.get_state(), by.get_result().outcome, '|', text, flush=True)

            send(float('nan'))
            show('nan')
            send(1, 'x' * 1001)
            show('long')
            send(1.0)
            show('limit')
            result = client.get_result()
            print('drove', result.chunks > 0, result.duration >= 1.0, result.reason, flush=True)
            print('told', sorted(set(f.state for f in told))[0], told[-1].chunks > 0, flush=True)
            send(0)
            running()
            call('start_episode')
            other.send_goal(Goal(time_limit=1))
            show('second', other)
            client.cancel_goal()
            show('cancel')
            call('stop_episode')
            send(0)
            running()
            call('stop')
            show('stop')
            call('start')
            send(1)
            show('driving')
            call('stop')
            send(0)
            running()
            call('estop')
            show('estop')
            send(1)
            show('fault')
            call('reset')
            goals = rospy.Publisher(name + '/goal', ActionGoal, queue_size=10)
            cancels = rospy.Publisher(name + '/cancel', GoalID, queue_size=10)
            rospy.Subscriber(name + '/status', GoalStatusArray, lambda m: states.append({s.goal_id.id: s.status for s in m.status_list}))
            while goals.get_num_connections() == 0 or cancels.get_num_connections() == 0 or not states:
                time.sleep(0.02)
            early = ActionGoal()
            early.goal_id.id = 'early'
            cancels.publish(GoalID(id='early'))
            time.sleep(0.5)
            goals.publish(early)
            while states[-1].get('early') != 8:
                time.sleep(0.02)
            print('early recalled', flush=True)
            goals.publish(ActionGoal())
            while 1 not in states[-1].values():
                time.sleep(0.02)
            count = len(states)
            while len(states) < count + 5:
                time.sleep(0.02)
            cancels.publish(GoalID())
            while 1 in states[-1].values() or 6 in states[-1].values():
                time.sleep(0.02)
            print('unnamed', sorted(states[-1].values())[0], [i for i in states[-1] if i.startswith('/dpros-')] != [], flush=True)
            send(0, by=other)
            running(other)
            print('running', flush=True)
            show('node', other)
            """;

    private final Owned started = new Owned();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        started.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        return started.own(resource);
    }

    @Test
    void shouldServeActionlibsClient() throws Exception {
        RosTool.assumeInstalled("rosmaster");
        assumeTrue(Files.isDirectory(Path.of("/usr/lib/python3/dist-packages/actionlib")), "not installed: python3-actionlib");
        RosMasterProcess master = own(RosMasterProcess.rosmaster());
        own(RosTool.rospy(master.uri(), PolicyProcess.WORLD)).awaitLine("ready");
        Path trace = folder.resolve("robot.trace");
        Path episodes = folder.resolve("episodes");
        PolicyProcess policy = own(PolicyProcess.start(master.uri(), PolicyProcess.config(folder, "autostart: true", "autostart: false"),
                "--trace", trace.toString(), "--record", episodes.toString())).awaitReady();
        String definition = Path.of("ros/diffusion_policy_msgs/action/RunPolicy.action").toAbsolutePath().toString();
        RosTool client = own(RosTool.rospy(master.uri(), CLIENT, definition, folder.resolve("made").toString()));
        for (String step : List.of("limit", "cancel", "estop", "early", "unnamed", "running")) {
            client.awaitLine(line -> line.startsWith(step), step);
        }
        policy.close();
        assertEquals(0, client.awaitExit(), client.output());
        assertEquals("""
                nan 5  | goal: time_limit: expected seconds, 0 for none, found NaN
                long 5  | goal: task: expected at most 1000 characters, found 1001
                limit 3 time_limit | time limit reached
                drove True True time limit reached
                told 0 True
                second 5  | another goal runs: cancel it, or wait for its end
                cancel 2 canceled | canceled
                stop 4 stopped | stopped by operator
                driving 5  | the policy runs already, started otherwise; call ~stop first
                estop 4 fault | in fault: emergency stop
                fault 5  | in fault (emergency stop); call ~reset first
                early recalled
                unnamed 2 True
                running
                node 4 node_ends | the node ends
                """, client.output().lines().filter(line -> line.matches("[a-z]+ .*|running")).map(line -> line + "\n")
                .reduce("", String::concat));
        List<String> goals = TraceReport.of(trace).goals().stream().map(TraceReport.Goal::text).toList();
        assertEquals(List.of("goal begun, for 1.0 s: pick the cup", "goal ended: time limit reached", "goal begun, without a time limit: pick the cup",
                "goal ended: canceled"), goals.subList(0, 4));
        assertEquals("goal ended: the node ends", goals.get(goals.size() - 1));
        assertEquals("pick the cup", JournalIndex.of(EpisodeStore.episodes(episodes).get(0)).task());
    }
}
