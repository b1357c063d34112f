# Empty. colcon passes over a folder with a file of this name, catkin does not: this is a package of ROS 1, that of ROS 2 is in ros/ros2.
