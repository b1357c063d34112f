package dev.dpros.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCurvesTest {
    private static final Pattern LABEL = Pattern.compile(">(-?[0-9.]+)</text>");

    @TempDir
    Path folder;

    private String draw(String metrics) throws IOException {
        Path svg = folder.resolve("curves.svg");
        TrainingCurves.write(Files.writeString(folder.resolve("metrics.csv"), metrics), svg);
        return Files.readString(svg);
    }

    /** One point of each loss: marked, since it makes no line; labels that can be told apart. */
    @Test
    void shouldShowATrainingOfTwoSteps() throws IOException {
        String svg = draw("step,name,value\n2,train_loss,1.1034\n2,val_loss,1.0921\n");
        assertTrue(svg.contains("train_loss") && svg.contains("val_loss"), svg);
        assertTrue(Pattern.compile("<(circle|ellipse|path|polyline|polygon)[^>]*").matcher(svg).results().count() > 4, svg);
        Matcher label = LABEL.matcher(svg);
        int labels = 0;
        String before = "";
        while (label.find()) {
            assertFalse(label.group(1).equals(before), () -> "a label twice: " + label.group(1));
            before = label.group(1);
            labels++;
        }
        assertTrue(labels >= 4, svg);
    }

    @Test
    void shouldDrawNothingWithoutMetrics() throws IOException {
        TrainingCurves.write(Files.writeString(folder.resolve("metrics.csv"), "step,name,value\n"), folder.resolve("none.svg"));
        assertEquals(false, Files.exists(folder.resolve("none.svg")));
    }
}
