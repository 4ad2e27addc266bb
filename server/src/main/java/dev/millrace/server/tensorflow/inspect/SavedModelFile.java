package dev.millrace.server.tensorflow.inspect;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.SavedModel;

/** Reads {@code saved_model.pb} without being led into deep recursion or out of memory. */
final class SavedModelFile {
  private static final String NAME = "saved_model.pb";
  // TensorFlow would read these too, and nobody would have looked into them.
  private static final List<String> OTHER_FORMS = List.of("saved_model.pbtxt", "saved_model.cpb");
  private static final int DEEPEST = 100;

  private SavedModelFile() {}

  /**
   * The message.
   *
   * @param largest bytes that the file may have
   * @throws RefusedGraphException if it is too large, nested too deeply, or of another form
   * @throws InvalidProtocolBufferException if it is no SavedModel
   * @throws IOException if it cannot be read
   */
  static SavedModel read(Path directory, long largest) throws RefusedGraphException, IOException {
    for (String other : OTHER_FORMS) {
      if (Files.exists(directory.resolve(other), LinkOption.NOFOLLOW_LINKS)) {
        throw new RefusedGraphException("it has a file " + other + "; only " + NAME + " is taken");
      }
    }
    Path file = directory.resolve(NAME);
    long size = Files.size(file);
    if (size > largest) {
      throw new RefusedGraphException(
          NAME + " has " + size + " bytes; at most " + largest + " are taken");
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setRecursionLimit(DEEPEST);
      // What grows while it is read must not pass the limit either.
      coded.setSizeLimit((int) Math.min(Integer.MAX_VALUE, largest + 1));
      SavedModel model = SavedModel.parseFrom(coded);
      coded.checkLastTagWas(0);
      return model;
    }
  }
}
