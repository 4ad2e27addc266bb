package dev.millrace.server.tensorflow.session;

import dev.millrace.server.model.ErrorReason;
import dev.millrace.server.model.ServingException;
import dev.millrace.server.model.Signature;
import dev.millrace.server.rollout.ModelContent;
import dev.millrace.server.rollout.ModelReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;

/** Looks into SavedModels as their files have them. Stateless. */
public final class SavedModelContents implements ModelReader {
  private static final String FILE = "saved_model.pb";

  @Override
  public ModelContent read(Path directory) {
    SavedModel model;
    try (InputStream in = Files.newInputStream(directory.resolve(FILE))) {
      model = SavedModel.parseFrom(in);
    } catch (IOException unreadable) {
      throw refusal().causedBy(unreadable);
    }
    for (MetaGraphDef metaGraph : model.getMetaGraphsList()) {
      if (metaGraph.getMetaInfoDef().getTagsList().contains(SavedModelLoader.SERVE_TAG)) {
        return new ModelContent(signatures(metaGraph), ops(metaGraph.getGraphDef()));
      }
    }
    throw refusal();
  }

  private static SortedMap<String, Signature> signatures(MetaGraphDef metaGraph) {
    SortedMap<String, Signature> signatures = new TreeMap<>();
    new SignatureReader(metaGraph)
        .read()
        .served()
        .forEach((name, bound) -> signatures.put(name, bound.signature()));
    return signatures;
  }

  private static SortedMap<String, Integer> ops(GraphDef graph) {
    SortedMap<String, Integer> ops = new TreeMap<>();
    count(graph.getNodeList(), ops);
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      count(function.getNodeDefList(), ops);
    }
    return ops;
  }

  private static void count(List<NodeDef> nodes, SortedMap<String, Integer> ops) {
    nodes.forEach(node -> ops.merge(node.getOp(), 1, Integer::sum));
  }

  private static ServingException refusal() {
    return new ServingException(
        ErrorReason.LOAD_FAILED, "the version's " + FILE + " is no SavedModel that can be served");
  }
}
