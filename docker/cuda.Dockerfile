# dpros on a CUDA device. Build it on the robot's machine, where the driver and this base image are:
#   docker build -f docker/cpu.Dockerfile -t dpros:cpu . && docker build -f docker/cuda.Dockerfile -t dpros:cuda .
#   docker run --rm --network host --gpus all -v $PWD/my_robot.yaml:/robot.yaml dpros:cuda \
#     diffusion_policy_ros policy.launch config:=/robot.yaml     (with sampler.device: cuda in it)
# Base image: nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04, or any other with CUDA 12.8's runtime and cuDNN 9.
# LIBTORCH: folder of the build context with libtorch 2.7.1+cu128 (the C++ distribution, cxx11 ABI), unpacked.
ARG BASE=nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04
ARG CPU_IMAGE=dpros:cpu

FROM ${CPU_IMAGE} AS dpros

FROM ${BASE}
ARG LIBTORCH=libtorch
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-17-jre-headless libgomp1 curl \
      ros-core python3-roslaunch python3-rostopic python3-rosnode python3-rosservice python3-rosparam \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 robot
COPY --from=dpros --chown=robot:robot /opt/dpros /opt/dpros
COPY ${LIBTORCH} /opt/libtorch
USER robot
# the flavor must be named: DJL otherwise looks for libraries of another ABI
ENV PYTORCH_LIBRARY_PATH=/opt/libtorch/lib \
    PYTORCH_FLAVOR=cu128 \
    LD_LIBRARY_PATH=/opt/libtorch/lib \
    ROS_PACKAGE_PATH=/opt/dpros/ros:/usr/share \
    DPROS_HOME=/opt/dpros \
    PYTHONUNBUFFERED=1
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s \
  CMD curl -fs http://127.0.0.1:8080/metrics | grep -q '^dpros_ticks_total' || exit 1
ENTRYPOINT ["roslaunch"]
CMD ["diffusion_policy_ros", "policy.launch"]
