package dev.millrace.server.tensorflow.inspect;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** What a loader runs of a meta graph, and which tensors it feeds with names of files. */
final class RunTensors {
  private static final String INITIALISER = "__saved_model";
  private static final String ASSETS = "saved_model_assets";
  private static final List<String> INIT_COLLECTIONS =
      List.of("saved_model_main_op", "legacy_init_op");

  private final MetaGraphDef metaGraph;

  RunTensors(MetaGraphDef metaGraph) {
    this.metaGraph = metaGraph;
  }

  /** The outputs of the signatures that callers run. */
  Set<String> served() {
    return outputs(name -> !name.startsWith(INITIALISER) && !KeptState.NAMES.contains(name));
  }

  /** The outputs of the signatures that keep the model's state, which are not served. */
  Set<String> keeping() {
    return outputs(KeptState.NAMES::contains);
  }

  /** The tensors that a training run feeds with the path of the state. */
  Set<String> keptNames() {
    Set<String> names = new HashSet<>();
    KeptState.NAMES.forEach(
        name ->
            metaGraph
                .getSignatureDefOrDefault(name, SignatureDef.getDefaultInstance())
                .getInputsMap()
                .values()
                .forEach(info -> names.add(whole(info.getName()))));
    return names;
  }

  /** What runs once after the load. */
  Set<String> initial() {
    Set<String> initial = outputs(name -> name.startsWith(INITIALISER));
    for (String collection : INIT_COLLECTIONS) {
      initial.addAll(collection(collection).getNodeList().getValueList());
    }
    return initial;
  }

  /** What reads the variables; empty when there are none. */
  Set<String> restoring() {
    String restore = metaGraph.getSaverDef().getRestoreOpName();
    return restore.isEmpty() ? Set.of() : Set.of(restore);
  }

  /** The tensors that are fed with the variables' path while these are read. */
  Set<String> checkpointNames() {
    String name = metaGraph.getSaverDef().getFilenameTensorName();
    return name.isEmpty() ? Set.of() : Set.of(whole(name));
  }

  /**
   * The tensors that are fed with paths of assets while the initialiser runs.
   *
   * @throws RefusedGraphException if an asset lies elsewhere than among the assets
   */
  Set<String> assetNames() throws RefusedGraphException {
    Set<String> names = new HashSet<>();
    for (AssetFileDef asset : assets()) {
      String file = asset.getFilename();
      if (file.isEmpty()
          || file.startsWith("/")
          || file.contains("\\")
          || file.indexOf('\0') >= 0
          || List.of(file.split("/", -1)).contains("..")) {
        throw new RefusedGraphException(
            "asset " + RefusedGraphException.quoted(file) + " lies outside of the model's assets");
      }
      names.add(whole(asset.getTensorInfo().getName()));
    }
    return names;
  }

  private List<AssetFileDef> assets() throws RefusedGraphException {
    if (metaGraph.getAssetFileDefCount() > 0) {
      return metaGraph.getAssetFileDefList();
    }
    List<AssetFileDef> assets = new ArrayList<>();
    for (Any any : collection(ASSETS).getAnyList().getValueList()) {
      try {
        assets.add(AssetFileDef.parseFrom(any.getValue()));
      } catch (InvalidProtocolBufferException malformed) {
        throw new RefusedGraphException("its list of assets cannot be read");
      }
    }
    return assets;
  }

  private CollectionDef collection(String name) {
    return metaGraph.getCollectionDefOrDefault(name, CollectionDef.getDefaultInstance());
  }

  private Set<String> outputs(Predicate<String> signatures) {
    Set<String> names = new HashSet<>();
    metaGraph
        .getSignatureDefMap()
        .forEach(
            (name, signature) -> {
              if (signatures.test(name)) {
                signature.getOutputsMap().values().forEach(info -> add(info, names));
              }
            });
    names.remove("");
    return names;
  }

  private static void add(TensorInfo info, Set<String> names) {
    names.add(info.getName());
    names.add(info.getCooSparse().getValuesTensorName());
    names.add(info.getCooSparse().getIndicesTensorName());
    names.add(info.getCooSparse().getDenseShapeTensorName());
    info.getCompositeTensor().getComponentsList().forEach(part -> names.add(part.getName()));
  }

  private static String whole(String tensor) {
    return tensor.contains(":") ? tensor : tensor + ":0";
  }
}
