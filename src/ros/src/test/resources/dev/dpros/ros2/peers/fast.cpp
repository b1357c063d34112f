// A peer on Fast DDS that speaks as rmw_fastrtps does: topics, and services whose identity is in the inline QoS. Ends when killed.
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <fastdds/rtps/common/WriteParams.h>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>
using namespace eprosima::fastdds::dds;
using namespace eprosima::fastrtps::rtps;

typedef std::vector<uint8_t> Raw;  // a payload with its encapsulation

struct RawType : TopicDataType {
  explicit RawType(const std::string & name) { setName(name.c_str()); m_typeSize = 4096; m_isGetKeyDefined = false; }
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
static DataWriter * writer(const std::string & name, const std::string & type, bool reliable, bool latched) {
  DataWriterQos q;
  q.reliability().kind = reliable ? RELIABLE_RELIABILITY_QOS : BEST_EFFORT_RELIABILITY_QOS;
  q.durability().kind = latched ? TRANSIENT_LOCAL_DURABILITY_QOS : VOLATILE_DURABILITY_QOS;
  q.history().depth = latched ? 1 : 10; q.endpoint().history_memory_policy = PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  return participant->create_publisher(PUBLISHER_QOS_DEFAULT)->create_datawriter(topic(name, type), q);
}
static DataReader * reader(const std::string & name, const std::string & type, bool reliable, bool latched) {
  DataReaderQos q;
  q.reliability().kind = reliable ? RELIABLE_RELIABILITY_QOS : BEST_EFFORT_RELIABILITY_QOS;
  q.durability().kind = latched ? TRANSIENT_LOCAL_DURABILITY_QOS : VOLATILE_DURABILITY_QOS;
  q.history().depth = 10; q.endpoint().history_memory_policy = PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  return participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT)->create_datareader(topic(name, type), q);
}
static void pause_ms(int ms) { fflush(stdout); std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }
static Raw payload(std::vector<uint8_t> body) { Raw r = {0, 1, 0, 0}; r.insert(r.end(), body.begin(), body.end()); return r; }
static Raw response(const std::string & text) {
  Raw r = payload({1, 0, 0, 0, uint8_t(text.size() + 1), 0, 0, 0}); r.insert(r.end(), text.begin(), text.end()); r.push_back(0); return r;
}
static const char INT32[] = "std_msgs::msg::dds_::Int32_", ASK[] = "std_srvs::srv::dds_::Trigger_Request_", TELL[] = "std_srvs::srv::dds_::Trigger_Response_";

static void publish(const char * name, bool reliable, bool latched) {
  DataWriter * w = writer(name, INT32, reliable, latched);
  for (int i = 1;; i++) { Raw m = payload({uint8_t(i), uint8_t(i >> 8), 0, 0}); w->write(&m); printf("wrote %d\n", i); pause_ms(50); }
}
static void subscribe(const char * name, bool reliable, bool latched) {
  DataReader * r = reader(name, INT32, reliable, latched);
  for (int had = 0;; pause_ms(5)) {
    SubscriptionMatchedStatus s; r->get_subscription_matched_status(s);
    if (s.current_count != had) printf("writers %d\n", had = s.current_count);
    Raw m; SampleInfo i;
    while (r->take_next_sample(&m, &i) == ReturnCode_t::RETCODE_OK) if (i.valid_data) printf("got %d\n", m[4] | m[5] << 8);
  }
}
static void serve(const char * request, const char * reply) {
  DataWriter * w = writer(reply, TELL, true, false); DataReader * r = reader(request, ASK, true, false);
  for (;; pause_ms(5)) {
    Raw m; SampleInfo i;
    while (r->take_next_sample(&m, &i) == ReturnCode_t::RETCODE_OK) if (i.valid_data) {
      WriteParams p; p.related_sample_identity(i.sample_identity);
      if (i.related_sample_identity.writer_guid() != GUID_t::unknown()) p.related_sample_identity().writer_guid(i.related_sample_identity.writer_guid());
      printf("request %lld\n", (long long) i.sample_identity.sequence_number().to64long());
      Raw a = response("served by Fast DDS"); w->write(&a, p);
    }
  }
}
static void call(const char * request, const char * reply, int calls) {
  DataReader * r = reader(reply, TELL, true, false); DataWriter * w = writer(request, ASK, true, false);
  PublicationMatchedStatus p; SubscriptionMatchedStatus s;
  do { pause_ms(5); w->get_publication_matched_status(p); r->get_subscription_matched_status(s); } while (!p.current_count || !s.current_count);
  for (int n = 1; n <= calls; n++) {
    Raw m = payload({0}); WriteParams wp; wp.related_sample_identity().writer_guid() = r->guid(); w->write(&m, wp);
    SequenceNumber_t number = wp.sample_identity().sequence_number();
    for (bool answered = false; !answered; pause_ms(2)) {
      Raw a; SampleInfo i;
      while (r->take_next_sample(&a, &i) == ReturnCode_t::RETCODE_OK)
        if (i.valid_data && i.related_sample_identity.sequence_number() == number
            && (i.related_sample_identity.writer_guid() == r->guid() || i.related_sample_identity.writer_guid() == w->guid())) {
          printf("reply %d %d %s\n", n, a[4], (const char *) &a[12]); answered = true;
        }
    }
  }
  for (;;) pause_ms(1000);
}
int main(int n, char ** a) {
  if (n < 3) return 2;
  std::string mode = a[1];
  DomainParticipantQos q; q.name("fast peer"); q.user_data().setValue(std::vector<unsigned char>({'e', 'n', 'c', 'l', 'a', 'v', 'e', '=', '/', ';'}));
  participant = DomainParticipantFactory::get_instance()->create_participant(atoi(a[2]), q);
  if (!participant) { fprintf(stderr, "no participant\n"); return 1; }
  printf("ready\n"); fflush(stdout);
  bool reliable = n > 4 && strchr(a[4], 'r'), latched = n > 4 && strchr(a[4], 'l');
  if (mode == "pub") publish(a[3], reliable, latched);
  if (mode == "sub") subscribe(a[3], reliable, latched);
  if (mode == "serve") serve(a[3], a[4]);
  if (mode == "call") call(a[3], a[4], 3);
  if (mode == "brief") { writer(a[3], INT32, true, false); pause_ms(1500); participant->delete_contained_entities(); DomainParticipantFactory::get_instance()->delete_participant(participant); return 0; }
  return 2;
}
