package dev.dpros.ros.rosjava;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.ServiceSchema;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.ros.exception.RemoteException;
import org.ros.exception.RosRuntimeException;
import org.ros.exception.ServiceException;
import org.ros.exception.ServiceNotFoundException;
import org.ros.internal.node.client.MasterClient;
import org.ros.internal.node.response.StatusCode;
import org.ros.internal.node.server.NodeIdentifier;
import org.ros.node.ConnectedNode;
import org.ros.node.service.ServiceClient;
import org.ros.node.service.ServiceResponseListener;
import org.ros.node.service.ServiceServer;

/** Services of a ROSJava node, both sides. Names are resolved already. */
final class RosJavaServices {
    private static final long SERVICE_LIMIT_S = 30;

    private final ConnectedNode node;
    private final MasterClient master;

    RosJavaServices(ConnectedNode node, MasterClient master) {
        this.node = node;
        this.master = master;
    }

    /** As {@link dev.dpros.core.Transport#advertiseService}. */
    AutoCloseable advertise(String name, ServiceSchema schema, Function<Map<String, Object>, Map<String, Object>> handler) {
        AtomicBoolean over = new AtomicBoolean();
        ServiceServer<RawMessage, RawMessage> server = node.newServiceServer(name, schema.type(), (request, response) -> {
            if (over.get()) {
                throw new ServiceException("the service is closed");
            }
            try {
                response.set(MessageEncoder.encode(schema.response(), handler.apply(MessageDecoder.decode(schema.request(), request.buffer()))));
            } catch (RuntimeException e) {
                throw new ServiceException(Objects.toString(e.getMessage(), e.toString()));
            }
        });
        RosJavaTransport.awaitRegistration(() -> master.lookupService(node.getName(), name).getStatusCode() == StatusCode.SUCCESS);
        return () -> {
            // ROSJava cannot end one service: it is taken off the master's list, and answers nobody who knew it before
            over.set(true);
            master.unregisterService(new NodeIdentifier(node.getName(), node.getUri()), server);
        };
    }

    /** As {@link dev.dpros.core.Transport#callService}. */
    Map<String, Object> call(String name, ServiceSchema schema, Map<String, Object> request) {
        ServiceClient<RawMessage, RawMessage> client = null;
        try {
            client = node.newServiceClient(name, schema.type());
            CompletableFuture<RawMessage> answer = new CompletableFuture<>();
            client.call(new RawMessage(MessageEncoder.encode(schema.request(), request)), new ServiceResponseListener<>() {
                @Override
                public void onSuccess(RawMessage response) {
                    answer.complete(response);
                }

                @Override
                public void onFailure(RemoteException error) {
                    answer.completeExceptionally(error);
                }
            });
            return MessageDecoder.decode(schema.response(), answer.get(SERVICE_LIMIT_S, TimeUnit.SECONDS).buffer());
        } catch (ServiceNotFoundException | RosRuntimeException e) {
            throw new InputException("service " + name + " is not offered by any node; check with: rosservice list", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new InputException("service " + name + " failed: " + Objects.toString(e.getMessage(), "no answer"), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException("service " + name + ": interrupted", e);
        } finally {
            if (client != null) {
                client.shutdown();
            }
        }
    }
}
