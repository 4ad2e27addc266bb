package dev.millrace.server.boot.config.tfserving;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.millrace.server.boot.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A configuration file in protobuf's text form. Stateless. */
final class TextProto {
  private static final long LARGEST = 4 << 20;
  private static final String UNKNOWN = ": Input contains unknown fields";
  // Such as "3:5:\ttensorflow.serving.ModelConfig.colour".
  private static final Pattern FIELD = Pattern.compile("(\\d+):\\d+:\\s*(?:.*\\.)?(\\w+)");

  private TextProto() {}

  /**
   * The text of a file.
   *
   * @param flag the flag that names it
   * @throws ConfigurationException if it cannot be read, or is larger than 4 MiB
   */
  static String text(Path file, TfServingFlag flag) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new ConfigurationException(flag.option() + " is larger than 4 MiB: " + file);
      }
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new ConfigurationException(flag.option() + " cannot be read: " + file);
    }
  }

  /**
   * Reads a message.
   *
   * @param message gets what is known of it
   * @return a warning for each field that is not known
   * @throws ConfigurationException if the text has another form
   */
  static List<String> parse(String text, TfServingFlag flag, Message.Builder message) {
    try {
      TextFormat.getParser().merge(text, message);
      return List.of();
    } catch (TextFormat.ParseException wrong) {
      String why = String.valueOf(wrong.getMessage());
      // They are told once all the rest was read.
      if (why.lines().findFirst().orElse("").contains(UNKNOWN)) {
        return Arrays.stream(why.split("\n", -1)).skip(1).map(line -> warning(line, flag)).toList();
      }
      throw new ConfigurationException(flag.option() + " cannot be used: " + why);
    }
  }

  private static String warning(String line, TfServingFlag flag) {
    Matcher field = FIELD.matcher(line.strip());
    return flag.option()
        + (field.matches()
            ? ": the field '" + field.group(2) + "' in line " + field.group(1)
            : ": the field " + line.strip())
        + " is not known and has no effect";
  }
}
