/* A peer on Cyclone DDS that speaks as rmw_cyclonedds does: topics, services, ros_discovery_info. Ends when killed. */
#include <dds/dds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ros.h"

#define INFO "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_"

static dds_entity_t participant;

static dds_qos_t *qos(int reliable, int latched, const char *user_data) {
  dds_qos_t *q = dds_create_qos();
  dds_qset_reliability(q, reliable ? DDS_RELIABILITY_RELIABLE : DDS_RELIABILITY_BEST_EFFORT, DDS_INFINITY);
  dds_qset_durability(q, latched ? DDS_DURABILITY_TRANSIENT_LOCAL : DDS_DURABILITY_VOLATILE);
  dds_qset_history(q, DDS_HISTORY_KEEP_LAST, latched ? 1 : 10);
  if (user_data) dds_qset_userdata(q, user_data, strlen(user_data));
  return q;
}

static dds_entity_t topic(const dds_topic_descriptor_t *type, const char *name) {
  return dds_create_topic(participant, type, name, NULL, NULL);
}

static void die(const char *what, int rc) { if (rc < 0) { fprintf(stderr, "%s: %s\n", what, dds_strretcode(-rc)); exit(1); } }

static void gid(uint8_t *to, dds_entity_t entity) {
  dds_guid_t g; die("guid", dds_get_guid(entity, &g)); memset(to, 0, GID_BYTES); memcpy(to, g.v, 16);
}

static void hex(const uint8_t *v) { for (int i = 0; i < 16; i++) printf("%02x", v[i]); }

static void nodes(void) {
  dds_qos_t *q = qos(1, 1, NULL); dds_qset_history(q, DDS_HISTORY_KEEP_ALL, 0);
  dds_entity_t r = dds_create_reader(participant, topic(&rmw_dds_common_msg_dds__ParticipantEntitiesInfo__desc, "ros_discovery_info"), q, NULL);
  die("reader", r);
  for (;;) {
    void *s[1] = {NULL}; dds_sample_info_t si[1];
    while (dds_take(r, s, si, 1, 1) > 0) {
      if (si[0].valid_data) {
        rmw_dds_common_msg_dds__ParticipantEntitiesInfo_ *m = s[0];
        printf("info "); hex(m->gid.data); printf(" nodes %u", m->node_entities_info_seq._length);
        for (uint32_t i = 0; i < m->node_entities_info_seq._length; i++) {
          rmw_dds_common_msg_dds__NodeEntitiesInfo_ *n = &m->node_entities_info_seq._buffer[i];
          printf(" %s %s readers %u writers %u", n->node_namespace, n->node_name, n->reader_gid_seq._length, n->writer_gid_seq._length);
          for (uint32_t k = 0; k < n->writer_gid_seq._length; k++) { printf(" "); hex(n->writer_gid_seq._buffer[k].data); }
        }
        printf("\n");
      } else printf("info gone\n");
      dds_return_loan(r, s, 1); s[0] = NULL;
    }
    fflush(stdout); dds_sleepfor(DDS_MSECS(10));
  }
}

static void publish(const char *name, int reliable, int latched) {
  dds_entity_t w = dds_create_writer(participant, topic(&std_msgs_msg_dds__Int32__desc, name), qos(reliable, latched, NULL), NULL);
  die("writer", w);
  for (int i = 1;; i++) { std_msgs_msg_dds__Int32_ m = {i}; dds_write(w, &m); printf("wrote %d\n", i); fflush(stdout); dds_sleepfor(DDS_MSECS(50)); }
}

static void subscribe(const char *name, int reliable, int latched) {
  dds_entity_t r = dds_create_reader(participant, topic(&std_msgs_msg_dds__Int32__desc, name), qos(reliable, latched, NULL), NULL);
  die("reader", r);
  for (uint32_t had = 0;;) {
    dds_subscription_matched_status_t st; dds_get_subscription_matched_status(r, &st);
    if (st.current_count != had) { printf("writers %u\n", had = st.current_count); }
    void *s[1] = {NULL}; dds_sample_info_t si[1];
    while (dds_take(r, s, si, 1, 1) > 0) {
      if (si[0].valid_data) printf("got %d\n", ((std_msgs_msg_dds__Int32_ *) s[0])->data);
      dds_return_loan(r, s, 1); s[0] = NULL;
    }
    fflush(stdout); dds_sleepfor(DDS_MSECS(5));
  }
}

/* Hears joint jogs in the QoS that MoveIt Servo subscribes with: reliable, volatile, ten. */
static void jog(const char *name) {
  dds_entity_t r = dds_create_reader(participant, topic(&control_msgs_msg_dds__JointJog__desc, name), qos(1, 0, NULL), NULL);
  die("reader", r);
  for (;;) {
    void *s[1] = {NULL}; dds_sample_info_t si[1];
    while (dds_take(r, s, si, 1, 1) > 0) {
      if (si[0].valid_data) {
        control_msgs_msg_dds__JointJog_ *m = s[0];
        printf("jog at %d.%09u in %s", m->header.stamp.sec, m->header.stamp.nanosec, m->header.frame_id);
        for (uint32_t i = 0; i < m->joint_names._length && i < m->velocities._length; i++) printf(" %s %.3f", m->joint_names._buffer[i], m->velocities._buffer[i]);
        printf(" displacements %u for %.3f\n", m->displacements._length, m->duration);
      }
      dds_return_loan(r, s, 1); s[0] = NULL;
    }
    fflush(stdout); dds_sleepfor(DDS_MSECS(5));
  }
}

static void node(const char *name) {
  dds_entity_t r = dds_create_reader(participant, topic(&std_msgs_msg_dds__Int32__desc, "rt/in"), qos(0, 0, NULL), NULL);
  dds_entity_t t = topic(&rmw_dds_common_msg_dds__ParticipantEntitiesInfo__desc, "ros_discovery_info");
  dds_entity_t w = dds_create_writer(participant, t, qos(1, 1, NULL), NULL);
  rmw_dds_common_msg_dds__ParticipantEntitiesInfo_ m; rmw_dds_common_msg_dds__NodeEntitiesInfo_ n; rmw_dds_common_msg_dds__Gid_ g;
  memset(&m, 0, sizeof m); memset(&n, 0, sizeof n);
  gid(m.gid.data, participant); gid(g.data, r);
  n.node_namespace = "/peers"; n.node_name = (char *) name; n.reader_gid_seq._length = n.reader_gid_seq._maximum = 1; n.reader_gid_seq._buffer = &g;
  m.node_entities_info_seq._length = m.node_entities_info_seq._maximum = 1; m.node_entities_info_seq._buffer = &n;
  die("write", dds_write(w, &m));
  nodes();
}

static void serve(const char *request, const char *reply) {
  const char *id = "serviceid= 1.10.1.2.3.4.5.6.7.8.9.a.0.0.0.1;";
  dds_entity_t w = dds_create_writer(participant, topic(&std_srvs_srv_dds__Trigger_Response__desc, reply), qos(1, 0, id), NULL);
  dds_entity_t r = dds_create_reader(participant, topic(&std_srvs_srv_dds__Trigger_Request__desc, request), qos(1, 0, id), NULL);
  for (;;) {
    void *s[1] = {NULL}; dds_sample_info_t si[1];
    while (dds_take(r, s, si, 1, 1) > 0) {
      if (si[0].valid_data) {
        std_srvs_srv_dds__Trigger_Request_ *q = s[0];
        std_srvs_srv_dds__Trigger_Response_ a = {q->client, q->number, true, "served by Cyclone"};
        printf("request %lld\n", (long long) q->number); dds_write(w, &a);
      }
      dds_return_loan(r, s, 1); s[0] = NULL;
    }
    fflush(stdout); dds_sleepfor(DDS_MSECS(5));
  }
}

static void call(const char *request, const char *reply, int calls) {
  const char *id = "clientid= 1.10.1.2.3.4.5.6.7.8.9.b.0.0.0.1;";
  dds_entity_t r = dds_create_reader(participant, topic(&std_srvs_srv_dds__Trigger_Response__desc, reply), qos(1, 0, id), NULL);
  dds_entity_t w = dds_create_writer(participant, topic(&std_srvs_srv_dds__Trigger_Request__desc, request), qos(1, 0, id), NULL);
  dds_publication_matched_status_t p; dds_subscription_matched_status_t q;
  do { dds_sleepfor(DDS_MSECS(5)); dds_get_publication_matched_status(w, &p); dds_get_subscription_matched_status(r, &q); } while (!p.current_count || !q.current_count);
  for (int i = 1; i <= calls; i++) {
    std_srvs_srv_dds__Trigger_Request_ m = {0x1122334455667788ull, i, 0}; int answered = 0;
    dds_write(w, &m);
    while (!answered) {
      void *s[1] = {NULL}; dds_sample_info_t si[1];
      while (dds_take(r, s, si, 1, 1) > 0) {
        std_srvs_srv_dds__Trigger_Response_ *a = s[0];
        if (si[0].valid_data && a->client == m.client && a->number == i) { printf("reply %d %d %s\n", i, a->success, a->message); answered = 1; }
        dds_return_loan(r, s, 1); s[0] = NULL;
      }
      fflush(stdout); dds_sleepfor(DDS_MSECS(2));
    }
  }
  for (;;) dds_sleepfor(DDS_SECS(1));
}

int main(int n, char **a) {
  if (n < 3) return 2;
  const char *mode = a[1];
  participant = dds_create_participant((dds_domainid_t) atoi(a[2]), NULL, NULL);
  die("participant", participant);
  printf("ready\n"); fflush(stdout);
  if (!strcmp(mode, "nodes")) nodes();
  if (!strcmp(mode, "node")) node(a[3]);
  if (!strcmp(mode, "pub")) publish(a[3], strchr(a[4], 'r') != NULL, strchr(a[4], 'l') != NULL);
  if (!strcmp(mode, "sub")) subscribe(a[3], strchr(a[4], 'r') != NULL, strchr(a[4], 'l') != NULL);
  if (!strcmp(mode, "jog")) jog(a[3]);
  if (!strcmp(mode, "serve")) serve(a[3], a[4]);
  if (!strcmp(mode, "call")) call(a[3], a[4], 3);
  if (!strcmp(mode, "brief")) { dds_create_writer(participant, topic(&std_msgs_msg_dds__Int32__desc, a[3]), NULL, NULL); dds_sleepfor(DDS_MSECS(1500)); dds_delete(participant); return 0; }
  return 2;
}
