package dev.dpros.inference;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.SamplingFailure;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.SchedulerConfig;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that samples without pause, for {@link SamplerShutdownTest}. */
final class SamplerChild {
    private SamplerChild() {}

    public static void main(String[] args) throws InterruptedException {
        ChunkSink sink = new ChunkSink() {
            @Override
            public void accept(ActionChunk chunk) {
                System.out.println("chunk");
            }

            @Override
            public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {
                System.out.println("failed " + reason);
            }
        };
        AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(
                () -> DiffusionPolicy.load(PolicyReader.read(Path.of(args[0])),
                        InferenceOptions.DEFAULT.withSampling(SchedulerConfig.Type.DDPM, 100)),
                window -> true, sink, SamplingGuide.plain(0), new SystemClock(), 100_000_000));
        Runtime.getRuntime().addShutdownHook(new Thread(() ->
                System.out.println(sampler.stop(1_500, TimeUnit.MILLISECONDS) ? "stopped" : "hung")));
        sampler.start();
        sampler.awaitReady(60, TimeUnit.SECONDS);
        System.out.println("ready");
        while (true) {
            if (!sampler.request(0, 0, 0)) {
                Thread.sleep(1);
            }
        }
    }
}
