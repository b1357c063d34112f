#!/usr/bin/env bash
# sensor_msgs.point_cloud2 (ROS 1, Python): which value belongs to which field
#
# Good guess: read_points(cloud, field_names=('intensity', 'x')) gives the intensity, then x; read_points_list labels the values
# with the fields' names; create_cloud takes each point's values "in the same order as the fields parameter", as its text says.
# Really: values always come, and are always taken, in the order of the fields' offsets, whatever the order of the names. The
# labels of read_points_list are those of the names, so they stand at other values, silently. No name needs to be given for that:
# clouds of PCL's PointXYZINormal list intensity (offset 32) before normal_x (offset 16).
# Remedy: name the fields by rising offset, and unpack in that order.
# Meets: grasps and normals from depth cameras; filters that put the label or the intensity first.
#
# Versions: python3-sensor-msgs 1.13.1-1 (Debian 12). Seen on 2026-11-30, for one point with x 1, y 2, z 3, intensity 100 and
# the normal 0 0 1:
#| field_names intensity, x     (1.0, 100.0)
#| the same as a list           Point(intensity=1.0, x=100.0)
#| PCL's cloud, no names given  Point(x=1.0, y=2.0, z=3.0, intensity=0.0, normal_x=0.0, normal_y=1.0, normal_z=100.0, curvature=0.5)
#| made with fields z, y, x     of the point z 3, y 2, x 1: Point(x=3.0, y=2.0, z=1.0)
. "$(dirname "$0")/common.bash"
debs python3-sensor-msgs=1.13.1-1 python3-std-msgs=0.5.13-2

cat >"$tmp/points.py" <<'P'
import struct
from sensor_msgs import point_cloud2
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header
def fields(**offsets):
    return [PointField(name, offset, PointField.FLOAT32, 1) for name, offset in offsets.items()]
values = dict(x=1, y=2, z=3, intensity=100, normal_x=0, normal_y=0, normal_z=1, curvature=0.5)
cloud = PointCloud2(height=1, width=1, point_step=48, row_step=48, is_dense=True, fields=fields(
    x=0, y=4, z=8, intensity=32, normal_x=16, normal_y=20, normal_z=24, curvature=36))
data = bytearray(48)
for field in cloud.fields:
    struct.pack_into('<f', data, field.offset, values[field.name])
cloud.data = bytes(data)
asked = ('intensity', 'x')
print('field_names intensity, x    ', *point_cloud2.read_points(cloud, asked))
print('the same as a list          ', *point_cloud2.read_points_list(cloud, asked))
print('PCL\'s cloud, no names given ', *point_cloud2.read_points_list(cloud))
made = point_cloud2.create_cloud(Header(), fields(z=8, y=4, x=0), [(3, 2, 1)])
print('made with fields z, y, x     of the point z 3, y 2, x 1:', *point_cloud2.read_points_list(made, ('x', 'y', 'z')))
P
/usr/bin/python3 "$tmp/points.py" >"$tmp/seen"
as_seen "$tmp/seen"
