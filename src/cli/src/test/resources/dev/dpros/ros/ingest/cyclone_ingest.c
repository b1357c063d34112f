/* "pub": four cameras (640x480 rgb8, 30 Hz, staggered) and joint states (500 Hz), reliable, until it is stopped.
   "sub WARM_UP SECONDS": the same topics, one thread that waits on a wait set and takes, as rclcpp's executor does;
   "listen WARM_UP SECONDS": taken by a listener on Cyclone's own receive thread. Both print what `dpros bench ros` prints.
   Domain: ROS_DOMAIN_ID. The frame id of a message is its number. */
#include <dds/dds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "messages.h"

#define CAMERAS 4
#define TOPICS (CAMERAS + 1)
#define CAMERA_HZ 30
#define JOINT_HZ 500
#define JOINTS 7
#define PIXELS (640 * 480 * 3)
#define MOST_AGES (1 << 21)

typedef sensor_msgs_msg_dds__JointState_ Joints;
typedef sensor_msgs_msg_dds__Image_ Image;

typedef struct { float *ages_us; long messages, lost, next; } Meter;

static dds_entity_t participant, readers[TOPICS];
static Meter meters[TOPICS];
static volatile int measuring;

static int64_t wall_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static double cpu_s(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static const char *name_of(int i) {
  static const char *names[] = {"/ingest/camera0", "/ingest/camera1", "/ingest/camera2", "/ingest/camera3", "/ingest/joint_states"};
  return names[i];
}

static dds_entity_t topic(int i) {
  char name[64];
  snprintf(name, sizeof name, "rt%s", name_of(i));
  return dds_create_topic(participant, i < CAMERAS ? &sensor_msgs_msg_dds__Image__desc : &sensor_msgs_msg_dds__JointState__desc, name, NULL, NULL);
}

/* ROS 2's default. */
static dds_qos_t *qos(void) {
  dds_qos_t *q = dds_create_qos();
  dds_qset_reliability(q, DDS_RELIABILITY_RELIABLE, DDS_INFINITY);
  dds_qset_durability(q, DDS_DURABILITY_VOLATILE);
  dds_qset_history(q, DDS_HISTORY_KEEP_LAST, 10);
  return q;
}

static void stamp(std_msgs_msg_dds__Header_ *header, long number) {
  int64_t now = wall_ns();
  header->stamp.sec = (int32_t) (now / 1000000000);
  header->stamp.nanosec = (uint32_t) (now % 1000000000);
  snprintf(header->frame_id, 16, "%010ld", number);
}

static int camera_is_due(long tick, int camera) {
  return (tick * CAMERA_HZ + (long) camera * JOINT_HZ / CAMERAS) % JOINT_HZ < CAMERA_HZ;
}

static void publish(void) {
  dds_entity_t writers[TOPICS];
  for (int i = 0; i < TOPICS; i++) writers[i] = dds_create_writer(participant, topic(i), qos(), NULL);
  char frame[16];
  long numbers[TOPICS] = {0};
  static char *names[] = {"j1", "j2", "j3", "j4", "j5", "j6", "j7"};
  static double values[JOINTS];
  static uint8_t pixels[PIXELS];
  Joints j;
  memset(&j, 0, sizeof j);
  j.header.frame_id = frame;
  j.name._length = j.name._maximum = JOINTS; j.name._buffer = names;
  j.position._length = j.position._maximum = JOINTS; j.position._buffer = values;
  j.velocity = j.position;
  Image m;
  memset(&m, 0, sizeof m);
  m.header.frame_id = frame; m.height = 480; m.width = 640; m.encoding = "rgb8"; m.step = 1920;
  m.data._length = m.data._maximum = PIXELS; m.data._buffer = pixels;
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  for (long tick = 0;; tick++) {
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    for (int c = 0; c < CAMERAS; c++) {
      if (camera_is_due(tick, c)) {
        stamp(&m.header, numbers[c]++);
        dds_write(writers[c], &m);
      }
    }
    stamp(&j.header, numbers[CAMERAS]++);
    dds_write(writers[CAMERAS], &j);
    deadline.tv_nsec += 1000000000l / JOINT_HZ;
    if (deadline.tv_nsec >= 1000000000l) {
      deadline.tv_nsec -= 1000000000l;
      deadline.tv_sec++;
    }
  }
}

static void measure(Meter *meter, const std_msgs_msg_dds__Header_ *header, int64_t now) {
  long number = atol(header->frame_id);
  if (meter->messages > 0 && number > meter->next) meter->lost += number - meter->next;
  meter->next = number + 1;
  if (meter->messages < MOST_AGES)
    meter->ages_us[meter->messages++] = (float) ((now - (header->stamp.sec * 1000000000ll + header->stamp.nanosec)) / 1e3);
}

/* The header is the first field of both types. */
static void take(dds_entity_t reader, void *argument) {
  Meter *meter = argument;
  void *sample[1] = {NULL};
  dds_sample_info_t info[1];
  while (dds_take(reader, sample, info, 1, 1) > 0) {
    int64_t now = wall_ns();
    if (info[0].valid_data && measuring) measure(meter, sample[0], now);
    dds_return_loan(reader, sample, 1);
    sample[0] = NULL;
  }
}

static void pass(double seconds, dds_entity_t waitset) {
  for (int64_t end = wall_ns() + (int64_t) (seconds * 1e9); wall_ns() < end;) {
    if (waitset < 0) {
      dds_sleepfor(DDS_MSECS(10));
      continue;
    }
    dds_attach_t ready[TOPICS];
    int n = dds_waitset_wait(waitset, ready, TOPICS, DDS_MSECS(100));
    for (int i = 0; i < n; i++) take(readers[ready[i]], &meters[ready[i]]);
  }
}

static int compare(const void *a, const void *b) {
  float x = *(const float *) a, y = *(const float *) b;
  return x < y ? -1 : x > y;
}

static void subscribe(double warm_up, double seconds, int listens) {
  dds_entity_t waitset = listens ? -1 : dds_create_waitset(participant);
  for (int i = 0; i < TOPICS; i++) {
    meters[i].ages_us = malloc(MOST_AGES * sizeof(float));
    dds_listener_t *listener = listens ? dds_create_listener(&meters[i]) : NULL;
    if (listens) dds_lset_data_available(listener, take);
    readers[i] = dds_create_reader(participant, topic(i), qos(), listener);
    if (!listens) dds_waitset_attach(waitset, dds_create_readcondition(readers[i], DDS_ANY_STATE), i);
  }
  pass(warm_up, waitset);
  double cpu = cpu_s();
  measuring = 1;
  pass(seconds, waitset);
  measuring = 0;
  cpu = cpu_s() - cpu;
  for (int i = 0; i < TOPICS; i++) {
    Meter *m = &meters[i];
    qsort(m->ages_us, m->messages, sizeof(float), compare);
    if (m->messages > 0) {
      printf("%-28s %-24s %9ld %8.1f %9.0f %9.0f %9.0f %6ld\n", name_of(i), i < CAMERAS ? "sensor_msgs/Image" : "sensor_msgs/JointState",
             m->messages, m->messages / seconds, m->ages_us[m->messages / 2], m->ages_us[m->messages * 99 / 100],
             m->ages_us[m->messages - 1], m->lost);
    }
  }
  printf("CPU %.1f %% of a core\n", 100 * cpu / seconds);
}

int main(int n, char **a) {
  const char *domain = getenv("ROS_DOMAIN_ID");
  participant = dds_create_participant(domain ? (dds_domainid_t) atoi(domain) : 0, NULL, NULL);
  if (participant < 0) {
    fprintf(stderr, "%s\n", dds_strretcode(-participant));
    return 1;
  }
  if (n == 2 && !strcmp(a[1], "pub")) publish();
  else if (n == 4) subscribe(atof(a[2]), atof(a[3]), !strcmp(a[1], "listen"));
  else return 2;
  dds_delete(participant);
  return 0;
}
