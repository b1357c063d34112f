package dev.dpros.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCurvesTest {
    @TempDir
    Path folder;

    private Path metrics(String text) throws IOException {
        return Files.writeString(folder.resolve("metrics.csv"), text);
    }

    /** One point of each loss: marked, since it makes no line. */
    @Test
    void shouldShowATrainingOfTwoSteps() throws IOException {
        Path svg = folder.resolve("curves.svg");
        TrainingCurves.write(metrics("step,name,value\n2,train_loss,1.1034\n2,val_loss,1.0921\n"), svg);
        assertEquals(2 * 2, Files.readString(svg).split("<ellipse ", -1).length - 1, "each in the plot and in the legend");
    }

    @Test
    void shouldDrawNothingWithoutMetrics() throws IOException {
        Path svg = folder.resolve("none.svg");
        TrainingCurves.write(metrics("step,name,value\n"), svg);
        assertFalse(Files.exists(svg));
    }
}
