"""As `roscpp_ingest sub WARM_UP SECONDS`, in rospy."""
import resource
import sys
import time

import rospy
from sensor_msgs.msg import Image, JointState

TOPICS = [("/ingest/camera%d" % c, Image) for c in range(4)] + [("/ingest/joint_states", JointState)]
ages_us = {name: [] for name, _ in TOPICS}
sequences = {name: [] for name, _ in TOPICS}


def measure(message, name):
    ages_us[name].append((rospy.Time.now() - message.header.stamp).to_nsec() / 1e3)
    sequences[name].append(message.header.seq)


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


rospy.init_node("ingest_rospy")
for name, kind in TOPICS:
    rospy.Subscriber(name, kind, measure, name, queue_size=50, buff_size=1 << 22, tcp_nodelay=True)
time.sleep(float(sys.argv[1]))
for name, _ in TOPICS:
    ages_us[name].clear()
    sequences[name].clear()
start = cpu_s()
time.sleep(float(sys.argv[2]))
cpu = cpu_s() - start
for name, _ in TOPICS:
    v = sorted(ages_us[name])
    s = list(sequences[name])
    if v:
        print("%-24s messages %6d p50 %6.0f p99 %6.0f max %6.0f lost %d" % (
            name, len(v), v[len(v) // 2], v[len(v) * 99 // 100], v[-1], s[-1] - s[0] + 1 - len(s)))
print("CPU %.1f %% of a core" % (100 * cpu / float(sys.argv[2])))
