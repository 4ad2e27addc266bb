package dev.millrace.server.tensorflow.session;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_CloseSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSession;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphOperationByName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_LoadSessionFromSavedModel;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewGraph;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewSessionOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_OperationNumOutputs;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SessionRun;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.Objects;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.proto.MetaGraphDef;

/**
 * A SavedModel in memory: TensorFlow's graph and session. {@link #run} is thread-safe; {@link
 * #close} must come after the last run.
 */
final class NativeSession implements AutoCloseable {
  private final TF_Graph graph;
  private final TF_Session session;
  private final Execution execution;
  private final NativeMessage runOptions;
  private final MetaGraphDef metaGraph;

  private NativeSession(
      TF_Graph graph, TF_Session session, Execution execution, MetaGraphDef metaGraph) {
    this.graph = graph;
    this.session = session;
    this.metaGraph = metaGraph;
    this.execution = execution;
    this.runOptions = new NativeMessage(execution.run());
  }

  /**
   * Reads a SavedModel's meta graph of one tag and runs its initialiser.
   *
   * @throws TensorFlowFailure if TensorFlow refuses it
   */
  static NativeSession load(Path directory, String tag, Execution execution)
      throws TensorFlowFailure {
    byte[] configBytes = execution.config().toByteArray();
    TF_SessionOptions sessionOptions = TF_NewSessionOptions();
    TF_Graph graph = TF_NewGraph();
    @Nullable TF_Session session = null;
    boolean loaded = false;
    try (NativeStatus status = new NativeStatus();
        NativeMessage loadOptions = new NativeMessage(execution.load());
        BytePointer configPointer = new BytePointer(configBytes);
        BytePointer path = new BytePointer(directory.toString());
        BytePointer tagPointer = new BytePointer(tag);
        PointerPointer<BytePointer> tags = new PointerPointer<BytePointer>(1).put(0, tagPointer);
        TF_Buffer metaGraph = TF_Buffer.newBuffer()) {
      TF_SetConfig(sessionOptions, configPointer, configBytes.length, status.handle());
      TensorFlowFailure.check(status);
      session =
          TF_LoadSessionFromSavedModel(
              sessionOptions,
              loadOptions.handle(),
              path,
              tags,
              1,
              graph,
              metaGraph,
              status.handle());
      TensorFlowFailure.check(status);
      NativeSession whole =
          new NativeSession(graph, Objects.requireNonNull(session), execution, parse(metaGraph));
      loaded = true;
      return whole;
    } finally {
      TF_DeleteSessionOptions(sessionOptions);
      if (!loaded) {
        delete(session, graph);
      }
    }
  }

  MetaGraphDef metaGraph() {
    return metaGraph;
  }

  /** A tensor of the graph by name, such as {@code op:0}; the caller closes it. */
  TF_Output endpoint(String name) throws TensorFlowFailure {
    int colon = name.lastIndexOf(':');
    String operation = colon < 0 ? name : name.substring(0, colon);
    int index = colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    TF_Operation found = TF_GraphOperationByName(graph, operation);
    if (found == null || found.isNull() || index >= TF_OperationNumOutputs(found)) {
      throw new TensorFlowFailure(3, "the graph has no tensor '" + name + "'");
    }
    return new TF_Output().oper(found).index(index);
  }

  /**
   * Runs the graph.
   *
   * @param millis time after which the run may be cut off; 0 for none
   */
  void run(
      TF_Output feeds,
      NativeTensors inputs,
      int inputCount,
      TF_Output fetches,
      NativeTensors outputs,
      int outputCount,
      long millis)
      throws TensorFlowFailure {
    boolean cutOff = millis > 0 && execution.cutsOff();
    try (NativeStatus status = new NativeStatus();
        NativeMessage limited = cutOff ? limited(millis) : null) {
      TF_SessionRun(
          session,
          limited == null ? runOptions.handle() : limited.handle(),
          feeds,
          inputs.handles(),
          inputCount,
          fetches,
          outputs.handles(),
          outputCount,
          (PointerPointer<?>) null,
          0,
          null,
          status.handle());
      outputs.adopt();
      TensorFlowFailure.check(status);
    }
  }

  @Override
  public void close() {
    delete(session, graph);
    runOptions.close();
  }

  private NativeMessage limited(long millis) {
    return new NativeMessage(execution.run().toBuilder().setTimeoutInMs(millis).build());
  }

  private static void delete(@Nullable TF_Session session, TF_Graph graph) {
    try (NativeStatus status = new NativeStatus()) {
      if (session != null && !session.isNull()) {
        TF_CloseSession(session, status.handle());
        TF_DeleteSession(session, status.handle());
      }
      TF_DeleteGraph(graph);
    }
  }

  private static MetaGraphDef parse(TF_Buffer buffer) throws TensorFlowFailure {
    try {
      return MetaGraphDef.parseFrom(
          new BytePointer(buffer.data()).capacity(buffer.length()).asByteBuffer());
    } catch (InvalidProtocolBufferException damaged) {
      throw new TensorFlowFailure(3, "the meta graph cannot be read");
    }
  }
}
