#!/usr/bin/env bash
# cv_bridge in Python: a compressed grey picture (a mono camera's JPEG, a depth camera's 16-bit PNG)
#
# Good guess: compressed_imgmsg_to_cv2(message, 'mono8') gives the grey picture, and 'bgr8' three equal channels of uint8,
# as imgmsg_to_cv2 does for the same picture uncompressed.
# Really: 'mono8' raises a CvBridgeError about the number of channels, 'bgr8' gives an array WITHOUT a channel axis, only
# 'rgb8' is right. With 16 bits 'bgr8' and 'rgb8' give uint16 as they are, and 'bgr16' is saturated at 65535.
# Why: the picture is decoded as it is (IMREAD_UNCHANGED) and then always taken to be bgr8: conversion to bgr8 is a no-op,
# and the one to mono8 needs three channels.
# Remedy: 'passthrough', then look at shape and dtype.
#
# Versions: python3-cv-bridge 1.16.2+ds-1+b3, python3-opencv 4.6.0+dfsg-12 (Debian 12). Seen on 2026-11-29:
#| picture      asked for    compressed                  uncompressed
#| grey  8 bit  mono8        CvBridgeError               uint8 (4, 6) 200
#| grey  8 bit  bgr8         uint8 (4, 6) 200            uint8 (4, 6, 3) 200
#| grey  8 bit  rgb8         uint8 (4, 6, 3) 200         uint8 (4, 6, 3) 200
#| grey 16 bit  mono16       CvBridgeError               uint16 (4, 6) 51400
#| grey 16 bit  bgr8         uint16 (4, 6) 51400         uint8 (4, 6, 3) 200
#| grey 16 bit  bgr16        uint16 (4, 6) 65535         uint16 (4, 6, 3) 51400
. "$(dirname "$0")/common.bash"
debs python3-cv-bridge=1.16.2+ds-1+b3 python3-opencv=4.6.0+dfsg-12

cat >"$tmp/table.py" <<'P'
import cv2
import numpy
from cv_bridge import CvBridge, CvBridgeError
from sensor_msgs.msg import CompressedImage
bridge = CvBridge()
def text(convert, message, encoding):
    try:
        array = convert(message, encoding)
        return '%s %s %d' % (array.dtype, array.shape, array.max())
    except CvBridgeError:
        return 'CvBridgeError'
print('picture      asked for    compressed                  uncompressed')
for bits, extension, value, encodings in ((8, '.jpg', 200, ('mono8', 'bgr8', 'rgb8')), (16, '.png', 51400, ('mono16', 'bgr8', 'bgr16'))):
    picture = numpy.full((4, 6), value, 'uint%d' % bits)
    compressed = CompressedImage(format=extension[1:], data=cv2.imencode(extension, picture)[1].tobytes())
    plain = bridge.cv2_to_imgmsg(picture, 'mono%d' % bits)
    for encoding in encodings:
        print('grey %2d bit  %-11s  %-26s  %s' % (bits, encoding, text(bridge.compressed_imgmsg_to_cv2, compressed, encoding),
                                                  text(bridge.imgmsg_to_cv2, plain, encoding)))
P
/usr/bin/python3 "$tmp/table.py" >"$tmp/seen" 2>/dev/null
as_seen "$tmp/seen"
