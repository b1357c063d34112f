package dev.dpros.study;

import dev.dpros.core.InputException;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** Draws score against inference latency, one line per strategy. Stateless. */
public final class LatencyPlot {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;

    private LatencyPlot() {}

    /** Writes an SVG file. @throws InputException if it cannot be written */
    public static void write(Path file, List<DelayResult> results) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).theme(Styler.ChartTheme.XChart)
                .title("PushT score against inference latency").xAxisTitle("inference latency, ms")
                .yAxisTitle("mean max reward").build();
        chart.getStyler().setYAxisDecimalPattern("0.00").setXAxisDecimalPattern("0").setYAxisMax(1.0);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        Map<String, List<DelayResult>> lines = new LinkedHashMap<>();
        results.forEach(result -> lines.computeIfAbsent(result.strategy(), key -> new ArrayList<>()).add(result));
        lines.forEach((strategy, line) -> chart.addSeries(strategy.replace('_', ' '),
                line.stream().mapToDouble(DelayResult::latencyMs).toArray(),
                line.stream().mapToDouble(DelayResult::score).toArray()));
        try (OutputStream out = Files.newOutputStream(file)) {
            VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
