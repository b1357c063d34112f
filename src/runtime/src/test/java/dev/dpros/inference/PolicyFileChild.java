package dev.dpros.inference;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyDefinition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/** A process that loads a policy while another one does things to its file; it says on standard output what came of it. */
final class PolicyFileChild {
    private static final BufferedReader IN = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    static final int REFUSALS = 20;

    private PolicyFileChild() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        try {
            switch (args[0]) {
                case "loaded" -> loaded(directory);
                case "read" -> read(directory);
                default -> again(directory);
            }
        } catch (InputException e) {
            System.out.println("refused " + e.getMessage());
            System.exit(2);
        }
    }

    private static void loaded(Path directory) throws IOException {
        try (DiffusionPolicy policy = DiffusionPolicy.load(PolicyReader.read(directory), InferenceOptions.DEFAULT)) {
            policy.warmUp();
            System.out.println(predict(policy));
            IN.readLine();
            System.out.println(predict(policy));
        }
    }

    private static String predict(DiffusionPolicy policy) {
        ObservationWindow blank = new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps());
        return "actions " + Arrays.hashCode(policy.predictAction(blank).actions());
    }

    private static void read(Path directory) throws IOException {
        PolicyDefinition definition = PolicyReader.read(directory);
        System.out.println("read");
        IN.readLine();
        DiffusionPolicy.load(definition, InferenceOptions.DEFAULT).close();
        System.out.println("loaded");
    }

    /** Loads it over and over until it was refused often enough. */
    private static void again(Path directory) {
        DiffusionPolicy.load(PolicyReader.read(directory), InferenceOptions.DEFAULT).close();
        System.out.println("begins");
        int refusals = 0;
        while (refusals < REFUSALS) {
            if (refused(() -> DiffusionPolicy.load(PolicyReader.read(directory), InferenceOptions.DEFAULT))) {
                refusals++;
            }
        }
        System.out.println("refused " + refusals);
    }

    private static boolean refused(Supplier<DiffusionPolicy> load) {
        try {
            load.get().close();
            return false;
        } catch (InputException e) {
            if (e.getMessage().contains("\n")) {
                throw new IllegalStateException("not one line: " + e.getMessage(), e);
            }
            return true;
        }
    }
}
