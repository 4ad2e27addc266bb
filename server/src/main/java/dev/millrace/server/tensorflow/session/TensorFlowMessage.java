package dev.millrace.server.tensorflow.session;

import java.util.regex.Pattern;

/**
 * Makes TensorFlow's error texts fit for callers: no node names, no paths, no addresses, one short
 * line.
 */
final class TensorFlowMessage {
  private static final int LONGEST = 200;
  private static final Pattern NODES = Pattern.compile("(?s)\\s*(\\[\\[|\\{\\{|\\t).*");
  private static final Pattern SOURCES = Pattern.compile(",? in file \\S+");
  private static final Pattern PATHS =
      Pattern.compile("(?:[A-Za-z]:\\\\|/)[^\\s:;,'\"]*[/\\\\][^\\s:;,'\"]*");
  private static final Pattern ADDRESSES = Pattern.compile("0x[0-9a-fA-F]{6,}");
  private static final Pattern CONTROLS = Pattern.compile("\\p{Cntrl}+");

  private TensorFlowMessage() {}

  static String forCallers(String message) {
    String text = NODES.matcher(message).replaceFirst("");
    text = SOURCES.matcher(text).replaceAll("");
    text = PATHS.matcher(text).replaceAll("<path>");
    text = ADDRESSES.matcher(text).replaceAll("<address>");
    text = CONTROLS.matcher(text).replaceAll(" ").trim();
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
  }
}
