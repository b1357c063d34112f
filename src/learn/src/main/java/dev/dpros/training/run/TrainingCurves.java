package dev.dpros.training.run;

import dev.dpros.core.InputException;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a training's losses, as powers of ten, and its scores from its metrics. Stateless. */
public final class TrainingCurves {
    private static final String SCORE = "test/mean_score";
    private static final List<String> SHOWN = List.of("train_loss", "val_loss", SCORE);
    private static final int LOSSES = 0;
    private static final int SCORES = 1;
    private static final double LEAST_LOSS = 1e-9;
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    /** Of so few points each is marked: one alone makes no line. */
    private static final int MARKED = 25;
    /** Below it tenths do not tell the labels of an axis apart. */
    private static final double NARROW = 1.0;

    private TrainingCurves() {}

    /** Writes an SVG file; nothing if there is nothing to draw. @throws InputException if it cannot be written */
    public static void write(Path metrics, Path svg) {
        try {
            TreeMap<String, List<double[]>> lines = new TreeMap<>();
            for (String line : Files.readAllLines(metrics)) {
                String[] fields = line.split(",");
                if (fields.length == 3 && SHOWN.contains(fields[1])) {
                    lines.computeIfAbsent(fields[1], name -> new ArrayList<>())
                            .add(new double[] {Double.parseDouble(fields[0]), Double.parseDouble(fields[2])});
                }
            }
            if (!lines.isEmpty()) {
                draw(lines, svg);
            }
        } catch (IOException e) {
            throw new InputException(svg + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Of all losses' powers of ten. */
    private static double range(Map<String, List<double[]>> lines) {
        DoubleSummaryStatistics losses = new DoubleSummaryStatistics();
        lines.forEach((name, points) -> {
            if (!name.equals(SCORE)) {
                points.forEach(point -> losses.accept(Math.log10(Math.max(LEAST_LOSS, point[1]))));
            }
        });
        return losses.getMax() - losses.getMin();
    }

    private static void draw(Map<String, List<double[]>> lines, Path svg) throws IOException {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).theme(Styler.ChartTheme.XChart)
                .title("Training").xAxisTitle("optimisation steps").build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE).setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setXAxisMin(0.0).setYAxisDecimalPattern("0.0");
        chart.setCustomXAxisTickLabelsFormatter(step -> step == Math.rint(step) ? String.format(Locale.ROOT, "%.0f", step) : "");
        chart.setYAxisGroupTitle(LOSSES, "log10 of the loss");
        lines.forEach((name, points) -> {
            boolean score = name.equals(SCORE);
            chart.addSeries(name, points.stream().mapToDouble(p -> p[0]).toArray(),
                    points.stream().mapToDouble(p -> score ? p[1] : Math.log10(Math.max(LEAST_LOSS, p[1]))).toArray())
                    .setMarker(score || points.size() <= MARKED ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE).setYAxisGroup(score ? SCORES : LOSSES);
        });
        if (range(lines) < NARROW) {
            chart.getStyler().setYAxisDecimalPattern("0.000");
        }
        if (lines.containsKey(SCORE)) {
            chart.setYAxisGroupTitle(SCORES, "score");
            chart.getStyler().setYAxisMin(SCORES, 0.0).setYAxisMax(SCORES, 1.0).setYAxisGroupPosition(SCORES, Styler.YAxisPosition.Right);
        }
        try (OutputStream out = Files.newOutputStream(svg)) {
            VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
        }
    }
}
