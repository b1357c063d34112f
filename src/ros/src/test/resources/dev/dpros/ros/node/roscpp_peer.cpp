// A roscpp node for the tests: camera and joint publisher, command subscriber, service server and client.
#include <ros/ros.h>
#include <sensor_msgs/Image.h>
#include <sensor_msgs/JointState.h>
#include <std_srvs/SetBool.h>
#include <std_srvs/Trigger.h>
#include <trajectory_msgs/JointTrajectory.h>
#include <cstdio>

static void heard(const trajectory_msgs::JointTrajectory::ConstPtr& m) {
  std::printf("command %s %.3f\n", m->joint_names.at(0).c_str(), m->points.at(0).positions.at(0));
  std::fflush(stdout);
}

static bool flip(std_srvs::SetBool::Request& request, std_srvs::SetBool::Response& response) {
  response.success = !request.data;
  response.message = "from roscpp";
  return true;
}

int main(int argc, char** argv) {
  ros::init(argc, argv, "roscpp_peer");
  ros::NodeHandle node;
  ros::Publisher images = node.advertise<sensor_msgs::Image>("/camera/image_raw", 2);
  ros::Publisher joints = node.advertise<sensor_msgs::JointState>("/joint_states", 10);
  ros::Subscriber commands = node.subscribe("/command", 10, heard, ros::TransportHints().tcpNoDelay());
  ros::ServiceServer server = node.advertiseService("/cpp_flip", flip);
  sensor_msgs::Image image;
  image.width = 640;
  image.height = 480;
  image.step = 1920;
  image.encoding = "rgb8";
  image.data.resize(640 * 480 * 3, 7);
  sensor_msgs::JointState joint;
  joint.name = {"shoulder", "elbow"};
  joint.position = {0.25, -0.5};
  bool called = false;
  ros::Rate rate(100);
  for (int i = 0; ros::ok(); i++) {
    joint.header.stamp = ros::Time::now();
    joints.publish(joint);
    if (i % 3 == 0) {
      image.header.stamp = joint.header.stamp;
      images.publish(image);
    }
    std_srvs::Trigger ask;
    if (!called && ros::service::exists("/java_trigger", false) && ros::service::call("/java_trigger", ask)) {
      std::printf("answer %d %s\n", static_cast<int>(ask.response.success), ask.response.message.c_str());
      std::fflush(stdout);
      called = true;
    }
    ros::spinOnce();
    rate.sleep();
  }
}
