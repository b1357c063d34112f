// Publishes images and joint states at fixed rates ("pub SECONDS"), or subscribes and reports one-way latency ("sub").
#include <ros/callback_queue.h>
#include <ros/ros.h>
#include <sensor_msgs/Image.h>
#include <sensor_msgs/JointState.h>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sys/resource.h>
#include <vector>

static std::vector<double> images_us, joints_us;

template <typename M>
static void measure(std::vector<double>& to, const M& m) {
  to.push_back((ros::Time::now() - m.header.stamp).toSec() * 1e6);
}

static double cpu_s() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void report(const char* name, std::vector<double> v) {
  if (v.empty()) return;
  std::sort(v.begin(), v.end());
  std::printf("%s n %zu p50 %.0f p99 %.0f us\n", name, v.size(), v[v.size() / 2], v[v.size() * 99 / 100]);
}

int main(int argc, char** argv) {
  bool publish = std::strcmp(argv[1], "pub") == 0;
  ros::init(argc, argv, publish ? "ingest_pub" : "ingest_sub");
  ros::NodeHandle node;
  double seconds = std::atof(argv[2]);
  if (publish) {
    ros::Publisher images = node.advertise<sensor_msgs::Image>("/image", 2);
    ros::Publisher joints = node.advertise<sensor_msgs::JointState>("/joints", 10);
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
    ros::WallRate rate(500);
    for (int i = 0; i < seconds * 500; i++) {
      if (i % 17 == 0) {
        image.header.stamp = ros::Time::now();
        images.publish(image);
      }
      joint.header.stamp = ros::Time::now();
      joints.publish(joint);
      rate.sleep();
    }
    return 0;
  }
  images_us.reserve(1 << 20);
  joints_us.reserve(1 << 20);
  auto hints = ros::TransportHints().tcpNoDelay();
  ros::Subscriber a = node.subscribe<sensor_msgs::Image>("/image", 2,
      [](const sensor_msgs::Image::ConstPtr& m) { measure(images_us, *m); }, ros::VoidConstPtr(), hints);
  ros::Subscriber b = node.subscribe<sensor_msgs::JointState>("/joints", 10,
      [](const sensor_msgs::JointState::ConstPtr& m) { measure(joints_us, *m); }, ros::VoidConstPtr(), hints);
  ros::WallTime warm = ros::WallTime::now() + ros::WallDuration(3);
  while (ros::WallTime::now() < warm) ros::getGlobalCallbackQueue()->callAvailable(ros::WallDuration(0.1));
  images_us.clear();
  joints_us.clear();
  double cpu = cpu_s();
  ros::WallTime end = ros::WallTime::now() + ros::WallDuration(seconds);
  while (ros::WallTime::now() < end) ros::getGlobalCallbackQueue()->callAvailable(ros::WallDuration(0.1));
  cpu = cpu_s() - cpu;
  report("image", images_us);
  report("joints", joints_us);
  std::printf("cpu %.2f %%\n", 100 * cpu / seconds);
}
