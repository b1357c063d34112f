// "pub": four cameras (640x480 rgb8, 30 Hz, staggered) and joint states (500 Hz) until it is stopped.
// "sub WARM_UP SECONDS": the same topics, one callback thread; prints what `dpros bench ros` prints.
#include <ros/callback_queue.h>
#include <ros/ros.h>
#include <sensor_msgs/Image.h>
#include <sensor_msgs/JointState.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <time.h>
#include <vector>

static const int kCameras = 4, kCameraHz = 30, kJointHz = 500;

struct Meter {
  std::vector<double> ages_us;
  long lost = 0;
  uint32_t next = 0;

  void measure(const std_msgs::Header& header) {
    double age = (ros::Time::now() - header.stamp).toSec() * 1e6;
    if (!ages_us.empty() && static_cast<int32_t>(header.seq - next) > 0) lost += header.seq - next;
    next = header.seq + 1;
    ages_us.push_back(age);
  }
};

static std::string topic(int i) {
  return i < kCameras ? "/ingest/camera" + std::to_string(i) : "/ingest/joint_states";
}

static double cpu_s() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void publish(ros::NodeHandle& node) {
  std::vector<ros::Publisher> cameras;
  for (int c = 0; c < kCameras; c++) cameras.push_back(node.advertise<sensor_msgs::Image>(topic(c), 2));
  ros::Publisher joints = node.advertise<sensor_msgs::JointState>(topic(kCameras), 10);
  sensor_msgs::Image image;
  image.width = 640;
  image.height = 480;
  image.step = 1920;
  image.encoding = "rgb8";
  image.data.resize(640 * 480 * 3, 7);
  sensor_msgs::JointState joint;
  joint.name = {"j1", "j2", "j3", "j4", "j5", "j6", "j7"};
  joint.position.resize(7);
  joint.velocity.resize(7);
  ros::AsyncSpinner spinner(1);
  spinner.start();
  timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  for (long tick = 0; ros::ok(); tick++) {
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
    for (int c = 0; c < kCameras; c++) {
      if ((tick * kCameraHz + long(c) * kJointHz / kCameras) % kJointHz < kCameraHz) {
        image.header.stamp = ros::Time::now();
        cameras[c].publish(image);
      }
    }
    joint.header.stamp = ros::Time::now();
    joints.publish(joint);
    deadline.tv_nsec += 1000000000L / kJointHz;
    if (deadline.tv_nsec >= 1000000000L) {
      deadline.tv_nsec -= 1000000000L;
      deadline.tv_sec++;
    }
  }
}

static void spin(double seconds) {
  ros::WallTime end = ros::WallTime::now() + ros::WallDuration(seconds);
  while (ros::ok() && ros::WallTime::now() < end) {
    ros::getGlobalCallbackQueue()->callAvailable(ros::WallDuration(0.1));
  }
}

static void subscribe(ros::NodeHandle& node, double warm_up, double seconds) {
  std::vector<Meter> meters(kCameras + 1);
  std::vector<ros::Subscriber> subscribers;
  ros::TransportHints hints = ros::TransportHints().tcpNoDelay();
  for (int c = 0; c < kCameras; c++) {
    Meter* m = &meters[c];
    subscribers.push_back(node.subscribe<sensor_msgs::Image>(topic(c), 4,
        [m](const sensor_msgs::Image::ConstPtr& i) { m->measure(i->header); }, ros::VoidConstPtr(), hints));
  }
  Meter* m = &meters[kCameras];
  subscribers.push_back(node.subscribe<sensor_msgs::JointState>(topic(kCameras), 50,
      [m](const sensor_msgs::JointState::ConstPtr& j) { m->measure(j->header); }, ros::VoidConstPtr(), hints));
  spin(warm_up);
  for (Meter& each : meters) {
    each = Meter();
    each.ages_us.reserve(1 << 18);
  }
  double cpu = cpu_s();
  spin(seconds);
  cpu = cpu_s() - cpu;
  for (int i = 0; i <= kCameras; i++) {
    std::vector<double>& v = meters[i].ages_us;
    if (v.empty()) continue;
    std::sort(v.begin(), v.end());
    std::printf("%-24s messages %6zu p50 %6.0f p99 %6.0f max %6.0f lost %ld\n", topic(i).c_str(), v.size(),
        v[v.size() / 2], v[v.size() * 99 / 100], v.back(), meters[i].lost);
  }
  std::printf("CPU %.1f %% of a core\n", 100 * cpu / seconds);
}

int main(int argc, char** argv) {
  bool source = argc > 1 && std::strcmp(argv[1], "pub") == 0;
  ros::init(argc, argv, source ? "ingest_pub" : "ingest_sub");
  ros::NodeHandle node;
  if (source) {
    publish(node);
  } else {
    subscribe(node, std::atof(argv[2]), std::atof(argv[3]));
  }
}
