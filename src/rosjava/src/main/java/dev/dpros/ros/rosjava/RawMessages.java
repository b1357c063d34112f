package dev.dpros.ros.rosjava;

import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.message.ServiceSchema;
import java.util.Set;
import org.jboss.netty.buffer.ChannelBuffer;
import org.ros.internal.message.DefaultMessageSerializationFactory;
import org.ros.internal.message.definition.MessageDefinitionReflectionProvider;
import org.ros.internal.message.service.ServiceDescription;
import org.ros.internal.message.service.ServiceDescriptionFactory;
import org.ros.internal.message.service.ServiceRequestMessageFactory;
import org.ros.internal.message.service.ServiceResponseMessageFactory;
import org.ros.internal.message.topic.TopicDescription;
import org.ros.internal.message.topic.TopicDescriptionFactory;
import org.ros.message.MessageDeserializer;
import org.ros.message.MessageSerializationFactory;
import org.ros.message.MessageSerializer;
import org.ros.node.NodeConfiguration;

/**
 * Makes ROSJava carry messages as bytes, with types, definitions and checksums from this project's catalog, so that no generated class is
 * needed. What ROSJava sends and receives for itself ({@link #ITS_OWN}) stays its own.
 */
final class RawMessages implements MessageSerializationFactory {
    /** Types that ROSJava handles with its own classes. */
    static final Set<String> ITS_OWN = Set.of("rosgraph_msgs/Log", "rosgraph_msgs/Clock");

    private static final MessageSerializer<RawMessage> TO_WIRE = (message, buffer) -> buffer.writeBytes(message.bytes());
    private static final MessageDeserializer<RawMessage> FROM_WIRE = RawMessages::read;

    private final MessageSerializationFactory own =
            new DefaultMessageSerializationFactory(new MessageDefinitionReflectionProvider());

    private RawMessages() {}

    /** Sets all factories of a node. */
    static void install(NodeConfiguration configuration, SchemaCatalog catalog) {
        MessageDefinitionReflectionProvider definitions = new MessageDefinitionReflectionProvider();
        configuration.setMessageSerializationFactory(new RawMessages());
        configuration.setTopicDescriptionFactory(new TopicDescriptionFactory(definitions) {
            @Override
            public TopicDescription newFromType(String type) {
                if (ITS_OWN.contains(type)) {
                    return super.newFromType(type);
                }
                MessageSchema schema = catalog.message(type);
                return new TopicDescription(type, schema.definition(), schema.md5());
            }
        });
        configuration.setServiceDescriptionFactory(new ServiceDescriptionFactory(definitions) {
            @Override
            public ServiceDescription newFromType(String type) {
                ServiceSchema schema = catalog.service(type);
                return new ServiceDescription(type, schema.request().text() + "\n---\n" + schema.response().text(), schema.md5());
            }
        });
        configuration.setServiceRequestMessageFactory(new ServiceRequestMessageFactory(definitions) {
            @Override
            @SuppressWarnings("unchecked")
            public <T> T newFromType(String type) {
                return (T) new RawMessage();
            }
        });
        configuration.setServiceResponseMessageFactory(new ServiceResponseMessageFactory(definitions) {
            @Override
            @SuppressWarnings("unchecked")
            public <T> T newFromType(String type) {
                return (T) new RawMessage();
            }
        });
    }

    private static RawMessage read(ChannelBuffer buffer) {
        RawMessage message = new RawMessage();
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        message.set(bytes);
        return message;
    }

    @Override
    public <T> MessageSerializer<T> newMessageSerializer(String type) {
        return ITS_OWN.contains(type) ? own.newMessageSerializer(type) : toWire();
    }

    @Override
    public <T> MessageDeserializer<T> newMessageDeserializer(String type) {
        return ITS_OWN.contains(type) ? own.newMessageDeserializer(type) : fromWire();
    }

    @Override
    public <T> MessageSerializer<T> newServiceRequestSerializer(String type) {
        return toWire();
    }

    @Override
    public <T> MessageDeserializer<T> newServiceRequestDeserializer(String type) {
        return fromWire();
    }

    @Override
    public <T> MessageSerializer<T> newServiceResponseSerializer(String type) {
        return toWire();
    }

    @Override
    public <T> MessageDeserializer<T> newServiceResponseDeserializer(String type) {
        return fromWire();
    }

    @SuppressWarnings("unchecked")
    private static <T> MessageSerializer<T> toWire() {
        return (MessageSerializer<T>) TO_WIRE;
    }

    @SuppressWarnings("unchecked")
    private static <T> MessageDeserializer<T> fromWire() {
        return (MessageDeserializer<T>) FROM_WIRE;
    }
}
