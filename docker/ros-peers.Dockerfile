# ROS 1 from Debian's packages: the master and the peers of the integration tests.
# docker build -t dpros/ros-peers -f docker/ros-peers.Dockerfile docker
# Base image: debian:bookworm-slim (debootstrap --variant=minbase bookworm, imported under that name, serves as well).
FROM debian:bookworm-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ros-core rosout python3-roslaunch python3-rospy python3-rostopic python3-rosbag python3-rosparam python3-rosservice \
      python3-rosnode python3-rosmsg python3-sensor-msgs python3-trajectory-msgs python3-diagnostic-msgs python3-std-srvs \
      ros-std-msgs ros-sensor-msgs ros-trajectory-msgs ros-geometry-msgs ros-diagnostic-msgs ros-rosgraph-msgs \
      ros-nav-msgs topic-tools \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home ros
USER ros
WORKDIR /home/ros
# Python would keep the master's lines in a buffer, and whoever waits for them waiting
ENV PYTHONUNBUFFERED=1 ROS_HOME=/home/ros/.ros
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD rosparam get /run_id || exit 1
CMD ["roscore"]
