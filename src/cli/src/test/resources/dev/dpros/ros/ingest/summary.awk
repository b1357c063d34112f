#!/usr/bin/awk -f
# Of one subscriber's output one line: key, image p50 and p99, joint p50 and p99 (us), CPU (%), lost. With table=1, of such lines a table.
!table && $2 == "sensor_msgs/Image" { images++; image50 += $5; image99 += $6; lost += $8 }
!table && $2 == "sensor_msgs/JointState" { joint50 = $5; joint99 = $6; lost += $8 }
!table && $1 == "CPU" { cpu = $2 }
table { who = $1 " " $2 " " $3; if (!(who in runs)) order[++rows] = who; n = ++runs[who]; for (f = 4; f <= NF; f++) value[who, f, n] = $f }
function sort(who, f,    i, j, n, x) {
  n = runs[who]
  for (i = 1; i <= n; i++) {
    x = value[who, f, i]
    for (j = i - 1; j > 0 && at[j] > x; j--) at[j + 1] = at[j]
    at[j + 1] = x
  }
  return n
}
function median(who, f,    n) {
  n = sort(who, f)
  return n % 2 ? at[(n + 1) / 2] : (at[n / 2] + at[n / 2 + 1]) / 2
}
function shown(who, f, format,    middle) {
  middle = median(who, f)
  return sprintf(format " " format " " format, at[1], middle, at[runs[who]])
}
function ratios(own, other,    f, text) {
  for (f = 4; f <= 8; f++) text = text sprintf("%22.2f", median(own, f) / median(other, f))
  return text
}
END {
  if (!table) {
    if (images) printf "%s %.0f %.0f %.0f %.0f %.1f %d\n", key, image50 / images, image99 / images, joint50, joint99, cpu, lost
    exit
  }
  printf "%-32s%22s%22s%22s%22s%22s  lost\n", "subscriber, place, beside", "image p50, us", "image p99, us", "joints p50, us", "joints p99, us", "CPU, %"
  for (i = 1; i <= rows; i++) {
    who = order[i]
    lost = 0
    for (n = 1; n <= runs[who]; n++) lost += value[who, 9, n]
    printf "%-32s%22s%22s%22s%22s%22s  %d\n", who, shown(who, 4, "%.0f"), shown(who, 5, "%.0f"), shown(who, 6, "%.0f"), shown(who, 7, "%.0f"), shown(who, 8, "%.1f"), lost
  }
  for (i = 1; i <= rows; i++) {
    split(order[i], part, " ")
    if (part[1] == "dpros") {
      other = part[3] " " part[2] " dpros"
      if (part[3] == "alone") other = "cyclone 1 alone"
      if (other in runs) printf "%-32s%s\n", "dpros / " other, ratios(order[i], other)
    }
  }
}
