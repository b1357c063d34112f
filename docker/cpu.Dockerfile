# dpros on the CPU, with ROS's own tools: roslaunch is the entry.
#   docker build -f docker/cpu.Dockerfile -t dpros:cpu .
#   docker run --rm --network host dpros:cpu diffusion_policy_ros pusht_demo.launch
# Base image: debian:bookworm-slim; ROS noetic comes from Debian's own packages.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/dpros
COPY pom.xml dpros LICENSE NOTICE README.md ./
COPY .mvn .mvn
COPY src src
COPY ros ros
COPY launch launch
COPY models models
RUN mvn -q -B -ntp -DskipTests package \
 && mkdir /opt/robot \
 && tar -xzf target/dpros-robot-*.tar.gz -C /opt/robot --strip-components=1

FROM ${BASE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      openjdk-17-jre-headless libgomp1 curl \
      ros-core python3-roslaunch python3-rostopic python3-rosnode python3-rosservice python3-rosparam \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 robot
COPY --from=build --chown=robot:robot /opt/robot /opt/dpros
USER robot
ENV ROS_PACKAGE_PATH=/opt/dpros/ros:/usr/share \
    DPROS_HOME=/opt/dpros \
    PYTHONUNBUFFERED=1
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD curl -fs http://127.0.0.1:8080/metrics | grep -q '^dpros_ticks_total' || exit 1
ENTRYPOINT ["roslaunch"]
CMD ["diffusion_policy_ros", "policy.launch"]
