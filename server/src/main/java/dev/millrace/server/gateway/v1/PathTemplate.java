package dev.millrace.server.gateway.v1;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path of google.api.http, such as {@code /api/v1/{name=models/*&#47;versions/*}:load}: literals,
 * variables of literals and stars, and a verb. {@code **} is not known. Immutable.
 */
final class PathTemplate {
  private final String text;
  private final List<Piece> pieces;
  private final String verb;

  /** A segment: a literal, or anything; and the variable that it belongs to, or none. */
  private record Piece(String literal, boolean any, String variable) {}

  private PathTemplate(String text, List<Piece> pieces, String verb) {
    this.text = text;
    this.pieces = List.copyOf(pieces);
    this.verb = verb;
  }

  static PathTemplate parse(String text) {
    int colon = text.lastIndexOf(':');
    boolean hasVerb = colon > Math.max(text.lastIndexOf('/'), text.lastIndexOf('}'));
    String path = hasVerb ? text.substring(0, colon) : text;
    List<Piece> pieces = new ArrayList<>();
    int at = 1;
    while (at < path.length()) {
      if (path.charAt(at) == '{') {
        int end = path.indexOf('}', at);
        String[] variable = path.substring(at + 1, end).split("=", 2);
        for (String part : (variable.length == 1 ? "*" : variable[1]).split("/")) {
          pieces.add(new Piece(part, part.equals("*"), variable[0]));
        }
        at = end + 2;
      } else {
        int end = path.indexOf('/', at);
        end = end < 0 ? path.length() : end;
        pieces.add(new Piece(path.substring(at, end), false, ""));
        at = end + 1;
      }
    }
    return new PathTemplate(text, pieces, hasVerb ? text.substring(colon + 1) : "");
  }

  /**
   * The variables of a path, each decoded once; empty when the path is another.
   *
   * @param path as it was sent, with its percent signs
   */
  Optional<Map<String, String>> match(String path) {
    String rest = path;
    int colon = path.lastIndexOf(':');
    String sentVerb = colon > path.lastIndexOf('/') ? path.substring(colon + 1) : "";
    if (!sentVerb.equals(verb)) {
      return Optional.empty();
    }
    if (!verb.isEmpty()) {
      rest = path.substring(0, colon);
    }
    String[] sent = rest.split("/", -1);
    if (sent.length != pieces.size() + 1 || !sent[0].isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      String segment = sent[i + 1];
      if (piece.any() ? segment.isEmpty() : !piece.literal().equals(segment)) {
        return Optional.empty();
      }
      if (!piece.variable().isEmpty()) {
        String value;
        try {
          value = piece.any() ? decode(segment) : segment;
        } catch (IllegalArgumentException badEscape) {
          return Optional.empty();
        }
        variables.merge(piece.variable(), value, (before, next) -> before + "/" + next);
      }
    }
    return Optional.of(variables);
  }

  /** The path with one name for each star, in order, as OpenAPI writes it. */
  String openApi(List<String> names) {
    StringBuilder path = new StringBuilder();
    int star = 0;
    for (Piece piece : pieces) {
      path.append('/').append(piece.any() ? "{" + names.get(star++) + "}" : piece.literal());
    }
    return verb.isEmpty() ? path.toString() : path + ":" + verb;
  }

  /**
   * Names for the stars: {@code model} for the one after {@code models}, {@code version} after
   * {@code versions} and so on; the variable's own where it is a star alone.
   */
  List<String> starNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      if (pieces.get(i).any()) {
        Piece before = i == 0 ? null : pieces.get(i - 1);
        names.add(
            before != null && before.variable().equals(pieces.get(i).variable())
                ? singular(before.literal())
                : pieces.get(i).variable());
      }
    }
    return names;
  }

  private static String singular(String collection) {
    String one =
        collection.endsWith("s") ? collection.substring(0, collection.length() - 1) : collection;
    return one.equals("trainingJob") ? "job" : one;
  }

  /** A plus sign stands for itself in a path. */
  private static String decode(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return text;
  }
}
