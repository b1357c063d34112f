/* A peer on Cyclone DDS: joint states and, for every sixteenth of them, an image, each numbered in its stamp from 1. Ends when killed. */
#include <dds/dds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "messages.h"

#define PIXELS (640 * 480 * 3)
#define EVERY 16

typedef sensor_msgs_msg_dds__JointState_ Joints;
typedef sensor_msgs_msg_dds__Image_ Image;

static dds_entity_t participant;

static dds_entity_t topic(const dds_topic_descriptor_t *type, const char *name) {
  return dds_create_topic(participant, type, name, NULL, NULL);
}

static dds_qos_t *qos(int reliable, int depth) {
  dds_qos_t *q = dds_create_qos();
  dds_qset_reliability(q, reliable ? DDS_RELIABILITY_RELIABLE : DDS_RELIABILITY_BEST_EFFORT, DDS_INFINITY);
  dds_qset_durability(q, DDS_DURABILITY_VOLATILE);
  dds_qset_history(q, DDS_HISTORY_KEEP_LAST, depth);
  return q;
}

static uint8_t pixel(uint32_t i, uint32_t number) { return (uint8_t) (i * 7 + number); }

static void publish(int count, int reliable) {
  dds_entity_t wj = dds_create_writer(participant, topic(&sensor_msgs_msg_dds__JointState__desc, "rt/joints"), qos(reliable, 2000), NULL);
  dds_entity_t wi = dds_create_writer(participant, topic(&sensor_msgs_msg_dds__Image__desc, "rt/image"), qos(reliable, 100), NULL);
  dds_publication_matched_status_t a, b;
  do {
    dds_sleepfor(DDS_MSECS(20)); dds_get_publication_matched_status(wj, &a); dds_get_publication_matched_status(wi, &b);
  } while (!a.current_count || !b.current_count);
  dds_sleepfor(DDS_MSECS(500)); /* the other side matches, too */
  char *names[] = {"j1", "j2", "j3"}; double values[3] = {0};
  Joints j; memset(&j, 0, sizeof j); j.header.frame_id = "base";
  j.name._length = j.name._maximum = 3; j.name._buffer = names;
  j.position._length = j.position._maximum = 3; j.position._buffer = values;
  uint8_t *pixels = malloc(PIXELS);
  Image m; memset(&m, 0, sizeof m); m.header.frame_id = "camera"; m.height = 480; m.width = 640; m.encoding = "rgb8"; m.step = 1920;
  m.data._length = m.data._maximum = PIXELS; m.data._buffer = pixels;
  for (int n = 1; n <= count; n++) {
    j.header.stamp.sec = n; values[0] = n * 0.25; dds_write(wj, &j);
    if (n % EVERY == 0) {
      m.header.stamp.sec = n / EVERY;
      for (uint32_t i = 0; i < PIXELS; i++) pixels[i] = pixel(i, n / EVERY);
      dds_write(wi, &m);
    }
    dds_sleepfor(DDS_MSECS(2));
  }
  printf("wrote %d\n", count); fflush(stdout);
  for (;;) dds_sleepfor(DDS_SECS(1));
}

static void subscribe(int count, int reliable) {
  dds_entity_t rj = dds_create_reader(participant, topic(&sensor_msgs_msg_dds__JointState__desc, "rt/joints"), qos(reliable, 2000), NULL);
  dds_entity_t ri = dds_create_reader(participant, topic(&sensor_msgs_msg_dds__Image__desc, "rt/image"), qos(reliable, 100), NULL);
  dds_subscription_matched_status_t a, b;
  do {
    dds_sleepfor(DDS_MSECS(20)); dds_get_subscription_matched_status(rj, &a); dds_get_subscription_matched_status(ri, &b);
  } while (!a.current_count || !b.current_count);
  printf("matched\n"); fflush(stdout);
  int joints = 0, images = 0, wrong = 0, last_joints = 0, last_image = 0; void *s[1] = {NULL}; dds_sample_info_t si[1];
  for (int done = 0; !done;) {
    while (dds_take(rj, s, si, 1, 1) > 0) {
      if (si[0].valid_data) {
        Joints *j = s[0]; int n = j->header.stamp.sec; joints++;
        if (reliable ? n != last_joints + 1 : n <= last_joints) wrong++;
        if (j->position._length != 3 || j->position._buffer[0] != n * 0.25) wrong++;
        last_joints = n;
      }
      dds_return_loan(rj, s, 1); s[0] = NULL;
    }
    while (dds_take(ri, s, si, 1, 1) > 0) {
      if (si[0].valid_data) {
        Image *m = s[0]; int n = m->header.stamp.sec; images++;
        if (reliable ? n != last_image + 1 : n <= last_image) wrong++;
        if (m->data._length != PIXELS) wrong++;
        else for (uint32_t i = 0; i < PIXELS; i++) if (m->data._buffer[i] != pixel(i, n)) { wrong++; break; }
        last_image = n;
      }
      dds_return_loan(ri, s, 1); s[0] = NULL;
    }
    done = last_joints == count && last_image == count / EVERY;
    dds_sleepfor(DDS_MSECS(1));
  }
  printf("took %d joints %d images %d wrong\n", joints, images, wrong); fflush(stdout);
  for (;;) dds_sleepfor(DDS_SECS(1));
}

int main(int n, char **a) {
  if (n < 5) return 2;
  participant = dds_create_participant((dds_domainid_t) atoi(a[2]), NULL, NULL);
  if (participant < 0) { fprintf(stderr, "%s\n", dds_strretcode(-participant)); return 1; }
  printf("ready\n"); fflush(stdout);
  if (!strcmp(a[1], "pub")) publish(atoi(a[3]), a[4][0] == 'r');
  if (!strcmp(a[1], "sub")) subscribe(atoi(a[3]), a[4][0] == 'r');
  return 2;
}
