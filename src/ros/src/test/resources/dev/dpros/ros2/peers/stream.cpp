// A peer on Fast DDS: joint states and, for every sixteenth of them, an image, each numbered in its stamp from 1. Ends when killed.
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>
using namespace eprosima::fastdds::dds;
using namespace eprosima::fastrtps::rtps;

typedef std::vector<uint8_t> Raw;  // a payload with its encapsulation
static const int PIXELS = 640 * 480 * 3, EVERY = 16;

struct RawType : TopicDataType {
  explicit RawType(const std::string & name) { setName(name.c_str()); m_typeSize = 1 << 20; m_isGetKeyDefined = false; }
  bool serialize(void * d, SerializedPayload_t * p) override {
    Raw * r = static_cast<Raw *>(d); memcpy(p->data, r->data(), r->size()); p->length = r->size(); p->encapsulation = CDR_LE; return true;
  }
  bool deserialize(SerializedPayload_t * p, void * d) override { static_cast<Raw *>(d)->assign(p->data, p->data + p->length); return true; }
  std::function<uint32_t()> getSerializedSizeProvider(void * d) override { return [d] { return uint32_t(static_cast<Raw *>(d)->size()); }; }
  void * createData() override { return new Raw; }
  void deleteData(void * d) override { delete static_cast<Raw *>(d); }
  bool getKey(void *, InstanceHandle_t *, bool) override { return false; }
};

static DomainParticipant * participant;

static Topic * topic(const std::string & name, const std::string & type) {
  TypeSupport support(new RawType(type)); support.register_type(participant);
  return participant->create_topic(name, type, TOPIC_QOS_DEFAULT);
}
static void pause_ms(int ms) { fflush(stdout); std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }
template<typename Qos> static Qos qos(bool reliable, int depth) {
  Qos q;
  q.reliability().kind = reliable ? RELIABLE_RELIABILITY_QOS : BEST_EFFORT_RELIABILITY_QOS;
  q.durability().kind = VOLATILE_DURABILITY_QOS;
  q.history().depth = depth; q.resource_limits().max_samples = 2 * depth; q.resource_limits().allocated_samples = 10;
  q.resource_limits().max_samples_per_instance = 2 * depth;
  q.endpoint().history_memory_policy = PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  return q;
}
static void u32(Raw & m, uint32_t v) { while (m.size() % 4) m.push_back(0); for (int i = 0; i < 4; i++) m.push_back(v >> (8 * i)); }
static void text(Raw & m, const char * s) { u32(m, strlen(s) + 1); m.insert(m.end(), s, s + strlen(s) + 1); }
static void f64(Raw & m, double v) { uint8_t b[8]; memcpy(b, &v, 8); m.insert(m.end(), b, b + 8); }
static const char JOINTS[] = "sensor_msgs::msg::dds_::JointState_", IMAGE[] = "sensor_msgs::msg::dds_::Image_";

static Raw joints(int n) {  // offsets count from behind the encapsulation: 4 bytes, so doubles lie at 4 + a multiple of 8
  Raw m = {0, 1, 0, 0}; u32(m, n); u32(m, 0); text(m, "base"); u32(m, 1); text(m, "j1"); u32(m, 1);
  while ((m.size() - 4) % 8) m.push_back(0);
  f64(m, n * 0.25); u32(m, 0); u32(m, 0); return m;
}
static double position(const Raw & m, size_t names) {  // of the first joint
  size_t at = 4 + 8; auto u = [&] { at += (4 - at % 4) % 4; uint32_t v = m[at] | m[at + 1] << 8 | m[at + 2] << 16 | m[at + 3] << 24; at += 4; return v; };
  at += u(); uint32_t count = u(); if (count != names) return -1;
  for (uint32_t i = 0; i < count; i++) { uint32_t n = u(); at += n; }
  if (u() < 1) return -1;
  while ((at - 4) % 8) at++;
  double v; memcpy(&v, &m[at], 8); return v;
}
static Raw image() {
  Raw m = {0, 1, 0, 0}; u32(m, 0); u32(m, 0); text(m, "camera"); u32(m, 480); u32(m, 640); text(m, "rgb8"); m.push_back(0); u32(m, 1920); u32(m, PIXELS);
  m.resize(m.size() + PIXELS); return m;
}
static int stamp(const Raw & m) { return m[4] | m[5] << 8 | m[6] << 16; }
static uint8_t pixel(uint32_t i, uint32_t number) { return uint8_t(i * 7 + number); }

static void publish(int count, bool reliable) {
  Publisher * p = participant->create_publisher(PUBLISHER_QOS_DEFAULT);
  DataWriterQos images = qos<DataWriterQos>(reliable, 100); images.publish_mode().kind = ASYNCHRONOUS_PUBLISH_MODE;
  DataWriter * wj = p->create_datawriter(topic("rt/joints", JOINTS), qos<DataWriterQos>(reliable, 2000));
  DataWriter * wi = p->create_datawriter(topic("rt/image", IMAGE), images);
  PublicationMatchedStatus a, b;
  do { pause_ms(20); wj->get_publication_matched_status(a); wi->get_publication_matched_status(b); } while (!a.current_count || !b.current_count);
  pause_ms(500);
  Raw m = image(); size_t at = m.size() - PIXELS;
  for (int n = 1; n <= count; n++) {
    Raw j = joints(n); wj->write(&j);
    if (n % EVERY == 0) {
      int k = n / EVERY; m[4] = k; m[5] = k >> 8;
      for (int i = 0; i < PIXELS; i++) m[at + i] = pixel(i, k);
      wi->write(&m);
    }
    pause_ms(2);
  }
  printf("wrote %d\n", count);
  for (;;) pause_ms(1000);
}
static void subscribe(int count, bool reliable) {
  Subscriber * s = participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT);
  DataReader * rj = s->create_datareader(topic("rt/joints", JOINTS), qos<DataReaderQos>(reliable, 2000));
  DataReader * ri = s->create_datareader(topic("rt/image", IMAGE), qos<DataReaderQos>(reliable, 100));
  SubscriptionMatchedStatus a, b;
  do { pause_ms(20); rj->get_subscription_matched_status(a); ri->get_subscription_matched_status(b); } while (!a.current_count || !b.current_count);
  printf("matched\n");
  int taken_joints = 0, taken_images = 0, wrong = 0, last_joints = 0, last_image = 0;
  for (bool done = false; !done; pause_ms(1)) {
    Raw m; SampleInfo i;
    while (rj->take_next_sample(&m, &i) == ReturnCode_t::RETCODE_OK) if (i.valid_data) {
      int n = stamp(m); taken_joints++;
      if (reliable ? n != last_joints + 1 : n <= last_joints) wrong++;
      if (position(m, 3) != n * 0.25) wrong++;
      last_joints = n;
    }
    while (ri->take_next_sample(&m, &i) == ReturnCode_t::RETCODE_OK) if (i.valid_data) {
      int n = stamp(m); taken_images++;
      if (reliable ? n != last_image + 1 : n <= last_image) wrong++;
      if (m.size() < PIXELS) wrong++;
      else for (int k = 0; k < PIXELS; k++) if (m[m.size() - PIXELS + k] != pixel(k, n)) { wrong++; break; }
      last_image = n;
    }
    done = last_joints == count && last_image == count / EVERY;
  }
  printf("took %d joints %d images %d wrong\n", taken_joints, taken_images, wrong);
  for (;;) pause_ms(1000);
}
int main(int n, char ** a) {
  if (n < 5) return 2;
  participant = DomainParticipantFactory::get_instance()->create_participant(atoi(a[2]), PARTICIPANT_QOS_DEFAULT);
  if (!participant) { fprintf(stderr, "no participant\n"); return 1; }
  printf("ready\n"); fflush(stdout);
  std::string mode = a[1];
  if (mode == "pub") publish(atoi(a[3]), a[4][0] == 'r');
  if (mode == "sub") subscribe(atoi(a[3]), a[4][0] == 'r');
  return 2;
}
