package dev.millrace.server.tensorflow.inspect;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.server.catalog.ServableSource;
import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.repository.VersionCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * Reads a SavedModel's graphs and refuses those that could do more than compute: ops that are not
 * on the allow-list, files that are not the model's own, and graphs of a size that is an attack.
 * Runs nothing of the model. Thread-safe.
 */
public final class GraphInspection implements VersionCheck {
  private final OpLists lists = new OpLists();
  private final InspectionLimits limits;

  /** An inspection. */
  public GraphInspection(InspectionLimits limits) {
    this.limits = limits;
  }

  @Override
  public boolean check(ServableSource source) {
    try {
      inspect(source.directory());
      return false;
    } catch (RefusedGraphException refused) {
      throw refusal(source, ErrorReason.MODEL_REFUSED, String.valueOf(refused.getMessage()));
    } catch (InvalidProtocolBufferException malformed) {
      throw refusal(source, ErrorReason.LOAD_FAILED, "saved_model.pb is damaged or cut off")
          .causedBy(malformed);
    } catch (IOException unreadable) {
      throw refusal(source, ErrorReason.LOAD_FAILED, "saved_model.pb cannot be read")
          .causedBy(unreadable);
    }
  }

  private void inspect(Path directory) throws RefusedGraphException, IOException {
    SavedModel model = SavedModelFile.read(directory, limits.fileBytes());
    OpCheck ops = new OpCheck(lists, limits);
    for (MetaGraphDef metaGraph : model.getMetaGraphsList()) {
      GraphView graph = new GraphView(metaGraph.getGraphDef());
      ops.check(metaGraph, graph);
      CallDepth depth = new CallDepth(graph, limits.callDepth());
      for (FunctionDef function : metaGraph.getGraphDef().getLibrary().getFunctionList()) {
        depth.of(function);
      }
      new FileUse(metaGraph, graph).check();
    }
  }

  private static ServingException refusal(ServableSource source, ErrorReason reason, String why) {
    return new ServingException(
        reason,
        source.id() + (reason == ErrorReason.MODEL_REFUSED ? " is not taken: " : ": ") + why,
        Map.of("model", source.id().model().id(), "version", Long.toString(source.id().number())));
  }
}
