package dev.dpros.node.outputs;

import dev.dpros.remote.RemoteFailure;
import dev.dpros.remote.RemoteServer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What there is to say about a server that samples, for diagnostics and reports. Stateless. */
public final class RemoteCounts {
    private RemoteCounts() {}

    /** Names and values. */
    public static Map<String, Object> of(RemoteServer server) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("server", server.words());
        values.put("server_asked", server.breaker().closed());
        values.put("chunks_remote", server.remoteChunks());
        values.put("chunks_local", server.localChunks());
        values.put("chunks_none", server.withoutChunk());
        for (RemoteFailure.Kind kind : RemoteFailure.Kind.values()) {
            values.put("missed_" + kind.name().toLowerCase(Locale.ROOT), server.breaker().failures(kind));
        }
        values.put("most_kept_ms", ms(server.mostKeptNs()));
        values.put("most_late_ms", ms(server.mostLateNs()));
        values.put("server_last_missed", server.breaker().reason());
        return values;
    }

    private static Object ms(long ns) {
        return ns == Long.MIN_VALUE ? "none" : ns / 1_000_000;
    }
}
