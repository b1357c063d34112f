package dev.dpros.ros.node;

import dev.dpros.core.ForeignText;
import dev.dpros.ros.xmlrpc.XmlRpcException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's registrations alive. {@link #check}, called every second or two on the {@code ros-master-watch} thread,
 * asks the master for the node's own URI; a master that was restarted does not know it, and gets everything again. A
 * different URI means that another node has taken the name.
 */
final class MasterWatch {
    private static final Logger LOG = LoggerFactory.getLogger(MasterWatch.class);

    /** Something that the master must know. */
    interface Registration {
        /** Tells the master, also again after its restart. */
        void register() throws XmlRpcException, MasterClient.RefusedException;

        /** Takes it back. */
        void unregister() throws XmlRpcException, MasterClient.RefusedException;
    }

    private final MasterClient master;
    private final String node;
    private final String slaveUri;
    private final Runnable onRestart;
    private final Consumer<String> onCollision;
    private final Map<String, Registration> registrations = new ConcurrentHashMap<>();
    private final Set<String> pending = ConcurrentHashMap.newKeySet();
    private boolean lost;

    /**
     * A watch without registrations.
     *
     * @param onRestart called before everything is registered again
     * @param onCollision called with the reason when another node has taken the name
     */
    MasterWatch(MasterClient master, String node, String slaveUri, Runnable onRestart, Consumer<String> onCollision) {
        this.master = master;
        this.node = node;
        this.slaveUri = slaveUri;
        this.onRestart = onRestart;
        this.onCollision = onCollision;
    }

    /** Registers now; if the master cannot be reached, as soon as it can. A refusal is the caller's. */
    void add(String key, Registration registration) throws MasterClient.RefusedException {
        registrations.put(key, registration);
        try {
            registration.register();
        } catch (XmlRpcException e) {
            pending.add(key);
            LOG.warn("{} will be registered when the master can be reached: {}", key, e.getMessage());
        }
    }

    /** Takes a registration back, if the master can be reached. */
    void remove(String key) {
        pending.remove(key);
        Registration registration = registrations.remove(key);
        if (registration != null) {
            try {
                registration.unregister();
            } catch (XmlRpcException | MasterClient.RefusedException e) {
                LOG.debug("unregistering {}: {}", key, e.getMessage());
            }
        }
    }

    /** One round: see the class comment. Called on one thread only. */
    void check() {
        try {
            Object known = lookup();
            if (lost) {
                lost = false;
                LOG.info("the master {} can be reached again", master.uri());
            }
            if (known != null && !slaveUri.equals(known)) {
                onCollision.accept("another node, at " + ForeignText.printable(known) + ", has taken the name " + node);
                return;
            }
            if (known == null) {
                LOG.warn("the master {} does not know this node: registering again", master.uri());
                onRestart.run();
                pending.addAll(registrations.keySet());
            }
            registerPending();
        } catch (XmlRpcException e) {
            if (!lost) {
                lost = true;
                LOG.warn("the master {} cannot be reached; connections stay, registrations follow when it is back: {}",
                        master.uri(), e.getMessage());
            }
        }
    }

    private @Nullable Object lookup() throws XmlRpcException {
        try {
            return master.call("lookupNode", node);
        } catch (MasterClient.RefusedException e) {
            return null;
        }
    }

    private void registerPending() throws XmlRpcException {
        for (String key : Set.copyOf(pending)) {
            Registration registration = registrations.get(key);
            try {
                if (registration != null) {
                    registration.register();
                }
            } catch (MasterClient.RefusedException e) {
                LOG.error("the master refused {}: {}", key, e.getMessage());
            }
            pending.remove(key);
        }
    }

    /** Takes everything back; stops at the first sign that the master cannot be reached. */
    void unregisterAll() {
        try {
            for (Registration registration : registrations.values()) {
                try {
                    registration.unregister();
                } catch (MasterClient.RefusedException e) {
                    // not registered there any more: what we want
                }
            }
        } catch (XmlRpcException e) {
            LOG.debug("unregistering at the end: {}", e.getMessage());
        }
    }
}
