package dev.millrace.server.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Draws charts as SVG that can be read on a light and on a dark page. Stateless. */
final class Svg {
  private static final String[] COLOURS = {"#2f6fdd", "#d9662b", "#3a9a5b", "#8a5cc2"};
  private static final int WIDTH = 640;
  private static final int HEIGHT = 320;
  private static final int LEFT = 70;
  private static final int RIGHT = WIDTH - 20;
  private static final int TOP = 64;
  private static final int BOTTOM = HEIGHT - 44;
  private static final int TICKS = 4;
  private static final int MOST_TICKS = 12;
  private static final int TICK_DISTANCE = 30;

  private final StringBuilder out = new StringBuilder();
  private final Chart chart;
  private final double mostY;
  private final double leastX;
  private final double mostX;

  private Svg(Chart chart) {
    this.chart = chart;
    this.mostY = niceAbove(points().stream().mapToDouble(Chart.Point::y).max().orElse(1));
    this.leastX = points().stream().mapToDouble(Chart.Point::x).min().orElse(0);
    this.mostX = points().stream().mapToDouble(Chart.Point::x).max().orElse(1);
  }

  static String of(Chart chart) {
    return new Svg(chart).draw();
  }

  private String draw() {
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>",
        WIDTH, HEIGHT);
    add("<rect width='%d' height='%d' fill='#ffffff'/>", WIDTH, HEIGHT);
    text(WIDTH / 2.0, 20, "middle", chart.title(), "bold");
    for (int i = 0; i <= TICKS; i++) {
      double value = mostY * i / TICKS;
      double y = y(value);
      add("<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#dddddd'/>", LEFT, RIGHT, y, y);
      text(LEFT - 6, y + 4, "end", Figure.shortest(value), "normal");
    }
    text(LEFT, TOP - 8, "end", chart.yLabel(), "normal");
    if (isBars()) {
      bars();
    } else {
      lines();
    }
    add("</svg>");
    return out.toString();
  }

  private void bars() {
    double slot = (RIGHT - LEFT) / (double) chart.lines().size();
    for (int i = 0; i < chart.lines().size(); i++) {
      Chart.Line bar = chart.lines().get(i);
      double value = bar.points().get(0).y();
      double x = LEFT + slot * (i + 0.2);
      add(
          "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>",
          x, y(value), slot * 0.6, BOTTOM - y(value), colour(i));
      text(x + slot * 0.3, y(value) - 5, "middle", Figure.shortest(value), "bold");
      text(x + slot * 0.3, BOTTOM + 18, "middle", bar.name(), "normal");
    }
  }

  private void lines() {
    text((LEFT + RIGHT) / 2.0, HEIGHT - 8, "middle", chart.xLabel(), "normal");
    double lastTick = Double.NEGATIVE_INFINITY;
    for (double value : ticks()) {
      if (x(value) - lastTick >= TICK_DISTANCE) {
        lastTick = x(value);
        text(lastTick, BOTTOM + 16, "middle", Figure.shortest(value), "normal");
      }
    }
    int legend = LEFT + 60;
    for (int i = 0; i < chart.lines().size(); i++) {
      Chart.Line line = chart.lines().get(i);
      StringBuilder path = new StringBuilder();
      for (Chart.Point point : line.points()) {
        path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.x()), y(point.y())));
        if (line.points().size() <= 12) {
          add(
              "<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>",
              x(point.x()), y(point.y()), colour(i));
        }
      }
      add(
          "<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>",
          path.toString().trim(), colour(i));
      add("<rect x='%d' y='34' width='12' height='12' fill='%s'/>", legend, colour(i));
      text(legend + 18, 44, "start", line.name(), "normal");
      legend += 40 + 7 * line.name().length();
    }
  }

  /** Where measurements are, when they are few; else at equal distances. */
  private double[] ticks() {
    double[] measured = points().stream().mapToDouble(Chart.Point::x).distinct().sorted().toArray();
    return measured.length <= MOST_TICKS
        ? measured
        : IntStream.rangeClosed(0, TICKS)
            .mapToDouble(i -> leastX + (mostX - leastX) * i / TICKS)
            .toArray();
  }

  private boolean isBars() {
    return chart.lines().stream().allMatch(line -> line.points().size() == 1);
  }

  private List<Chart.Point> points() {
    return chart.lines().stream().flatMap(line -> line.points().stream()).toList();
  }

  private double x(double value) {
    return mostX == leastX
        ? LEFT
        : LEFT + (value - leastX) / (mostX - leastX) * (RIGHT - LEFT - 10);
  }

  private double y(double value) {
    return BOTTOM - value / mostY * (BOTTOM - TOP);
  }

  private void text(double x, double y, String anchor, String words, String weight) {
    add(
        "<text x='%.1f' y='%.1f' text-anchor='%s' font-weight='%s' fill='#222222'>%s</text>",
        x, y, anchor, weight, words.replace("&", "&amp;").replace("<", "&lt;"));
  }

  private void add(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String colour(int index) {
    return COLOURS[index % COLOURS.length];
  }

  /** The next of 1, 2, 4, 5, 8, 10, ... times a power of ten. */
  private static double niceAbove(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
    for (double step : new double[] {1, 2, 4, 5, 8}) {
      if (value <= step * power) {
        return step * power;
      }
    }
    return 10 * power;
  }
}
