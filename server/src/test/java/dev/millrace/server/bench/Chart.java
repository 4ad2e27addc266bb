package dev.millrace.server.bench;

import java.util.List;

/**
 * A picture of figures.
 *
 * @param name name of its file, without an ending
 * @param title what it shows
 * @param xLabel meaning of x, with its unit
 * @param yLabel meaning of y, with its unit
 * @param lines what is drawn; one of a single point is drawn as a bar
 */
record Chart(String name, String title, String xLabel, String yLabel, List<Line> lines) {
  /** A point. */
  record Point(double x, double y) {}

  /** Points that belong together, in the order of x. */
  record Line(String name, List<Point> points) {}
}
